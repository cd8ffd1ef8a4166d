// Moves the shares of a release by slider, number or step, and says when it is to be stopped by itself.

import { useId, useState } from 'react'
import type { ReleaseView } from '../../api/contract.ts'
import { Button } from '../../kit/button.tsx'
import { Form } from '../../kit/form.tsx'
import { Panel } from '../../kit/page.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { AsCommand } from './as-command.tsx'
import { GuardFields, NO_GUARD, readGuard, typedGuard, type GuardTyped } from './guard-fields.tsx'
import type { SetShares } from './set-shares.ts'
import { mostFor, sharesOf, withShare } from './shares.ts'
import { RELEASE_WORDS } from './words.ts'

export interface ShareFormProps {
  readonly release: ReleaseView
  readonly isBusy: boolean
  readonly onSet: SetShares
}

export function ShareForm({ release, isBusy, onSet }: ShareFormProps) {
  const t = useWords(RELEASE_WORDS)
  const { targets, watch } = release
  const served = targets.map(({ weight }) => weight)
  const [moved, setMoved] = useState<readonly number[] | null>(null)
  const [typed, setTyped] = useState<GuardTyped>(watch === null ? NO_GUARD : typedGuard(watch))
  const [isTried, setTried] = useState(false)
  const shares = moved ?? sharesOf(served)
  const read = readGuard(typed, targets[1]!.target)
  const isSame = shares.every((share, at) => share === served[at])
  const because = isSame && typed.isOn === (watch !== null) && !typed.isTouched ? t.unchanged : null
  const submit = (): void => {
    setTried(true)
    if (because !== null || read === 'faulty') return
    // A guard without a share of its target would be refused: it goes with it.
    const isIdle =
      read !== null && shares[targets.findIndex((one) => one.target === read.target)] === 0
    void onSet(shares, isIdle ? null : read)
  }
  return (
    <Panel title={t.shares}>
      <p className="muted">{t.sharesLead(targets[0]!.target)}</p>
      <Form onSubmit={submit} label={t.shares}>
        {targets.map(({ target }, at) =>
          at === 0 ? null : (
            <ShareControl
              key={target}
              target={target}
              share={shares[at]!}
              most={mostFor(shares, at)}
              onMove={(share) => setMoved(withShare(shares, at, share))}
            />
          ),
        )}
        <p className="row number-cell" role="status">
          {targets.map(({ target }, at) => (
            <span key={target}>
              <code>{target}</code> {shares[at]} %
            </span>
          ))}
        </p>
        <GuardFields
          typed={typed}
          targets={targets.slice(1).map(({ target }) => target)}
          watch={watch}
          isTried={isTried}
          onType={(next) => setTyped({ ...next, isTouched: true })}
        />
        <div className="row">
          <Button type="submit" kind="primary" isBusy={isBusy} disabledBecause={because}>
            {t.apply}
          </Button>
          {because !== null && <span className="hint">{because}</span>}
        </div>
      </Form>
      <AsCommand release={release} shares={shares} guard={read === 'faulty' ? null : read} />
    </Panel>
  )
}

interface ShareControlProps {
  readonly target: string
  readonly share: number
  readonly most: number
  readonly onMove: (share: number) => void
}

const STEPS = [-5, -1, 1, 5] as const

function ShareControl({ target, share, most, onMove }: ShareControlProps) {
  const t = useWords(RELEASE_WORDS)
  const id = useId()
  const typeShare = (text: string): void => {
    const value = Number(plainText(text))
    if (Number.isFinite(value)) onMove(value)
  }
  return (
    <div className="field share-control">
      <label htmlFor={id}>
        <code>{target}</code>
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={most}
        value={share}
        aria-label={t.slider(target)}
        aria-valuetext={`${share} %`}
        onChange={(event) => onMove(Number(event.target.value))}
      />
      <div className="row">
        {STEPS.map((step) => (
          <Button
            key={step}
            className="small"
            aria-label={t.step(signed(step), target)}
            onClick={() => onMove(share + step)}
          >
            {signed(step)}
          </Button>
        ))}
        <input
          type="text"
          inputMode="numeric"
          className="share-number"
          aria-label={t.number(target)}
          value={String(share)}
          onChange={(event) => typeShare(event.target.value)}
        />
        <span aria-hidden="true">%</span>
      </div>
    </div>
  )
}

function signed(step: number): string {
  return step > 0 ? `+${step}` : `−${-step}`
}
