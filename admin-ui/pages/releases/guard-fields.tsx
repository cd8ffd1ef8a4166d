// The guard rails of a release as they are typed and read.

import type { ReleaseView } from '../../api/contract.ts'
import { Check, SelectField, TextField } from '../../kit/form.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import type { Guard } from './set-shares.ts'
import { RELEASE_WORDS } from './words.ts'

type Watch = NonNullable<ReleaseView['watch']>

export interface GuardTyped {
  readonly isOn: boolean
  readonly isTouched: boolean
  /** '': the first that may be chosen. */
  readonly target: string
  readonly points: string
  readonly p95Ms: string
  readonly requests: string
}

export const NO_GUARD: GuardTyped = {
  isOn: false,
  isTouched: false,
  target: '',
  points: '5',
  p95Ms: '',
  requests: '50',
}

export function typedGuard({ target, rails }: Watch): GuardTyped {
  const { maxErrorPoints, maxP95Ms, minRequests } = rails
  return {
    isOn: true,
    isTouched: false,
    target,
    points: String(maxErrorPoints ?? ''),
    p95Ms: String(maxP95Ms ?? ''),
    requests: String(minRequests),
  }
}

/** null: none is wanted. */
export function readGuard(typed: GuardTyped, otherwise: string): Guard | null | 'faulty' {
  if (!typed.isOn) return null
  const [maxErrorPoints, maxP95Ms, minRequests] = [
    numberOf(typed.points),
    numberOf(typed.p95Ms),
    numberOf(typed.requests),
  ]
  const all = [maxErrorPoints, maxP95Ms, minRequests]
  if (all.includes('faulty') || (maxErrorPoints === null && maxP95Ms === null)) return 'faulty'
  return {
    target: typed.target || otherwise,
    ...(typeof maxErrorPoints === 'number' && { maxErrorPoints }),
    ...(typeof maxP95Ms === 'number' && { maxP95Ms }),
    ...(typeof minRequests === 'number' && { minRequests }),
  }
}

function numberOf(text: string): number | null | 'faulty' {
  const plain = plainText(text)
  if (plain === '') return null
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : 'faulty'
}

export interface GuardFieldsProps {
  readonly typed: GuardTyped
  readonly targets: readonly string[]
  readonly watch: Watch | null
  readonly isTried: boolean
  readonly onType: (typed: GuardTyped) => void
}

export function GuardFields({ typed, targets, watch, isTried, onType }: GuardFieldsProps) {
  const t = useWords(RELEASE_WORDS)
  const fault = (text: string): string | null =>
    isTried && numberOf(text) === 'faulty' ? t.guardNumber : null
  const isEmpty = plainText(typed.points) === '' && plainText(typed.p95Ms) === ''
  return (
    <fieldset className="guard">
      <legend className="visually-hidden">{t.guard}</legend>
      <Check label={t.guard} isOn={typed.isOn} onChange={(isOn) => onType({ ...typed, isOn })} />
      <p className="hint">{t.guardLead}</p>
      {watch !== null && <p className="hint">{railsText(watch, t)}</p>}
      {typed.isOn && (
        <div className="form-columns">
          {targets.length > 1 && (
            <SelectField
              label={t.guardTarget}
              value={typed.target || targets[0]!}
              options={targets.map((target) => [target, target] as const)}
              onChange={(target) => onType({ ...typed, target })}
            />
          )}
          <TextField
            label={t.maxErrorPoints}
            hint={t.maxErrorHint}
            fault={isTried && isEmpty ? t.guardNothing : fault(typed.points)}
            inputMode="decimal"
            value={typed.points}
            onChange={(points) => onType({ ...typed, points })}
          />
          <TextField
            label={t.maxP95}
            hint={t.maxP95Hint}
            fault={fault(typed.p95Ms)}
            inputMode="numeric"
            value={typed.p95Ms}
            onChange={(p95Ms) => onType({ ...typed, p95Ms })}
          />
          <TextField
            label={t.minRequests}
            hint={t.minRequestsHint}
            fault={fault(typed.requests)}
            inputMode="numeric"
            value={typed.requests}
            onChange={(requests) => onType({ ...typed, requests })}
          />
        </div>
      )}
    </fieldset>
  )
}

function railsText({ target, rails, by }: Watch, t: (typeof RELEASE_WORDS)['en']): string {
  const { maxErrorPoints, maxP95Ms } = rails
  const said = [
    ...(maxErrorPoints === null ? [] : [t.railErrors(String(maxErrorPoints))]),
    ...(maxP95Ms === null ? [] : [t.railP95(String(maxP95Ms))]),
  ]
  return `${t.guardIs(target, said.join(t.or))} · ${t.guardBy(by)}`
}
