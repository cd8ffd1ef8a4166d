// The fields of letting a call out: how far and for whom, and for how long.

import type { DeniedCall } from '../../api/contract.ts'
import { SelectField, TextField } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { LIVES, type Choice, type Life } from './opening.ts'
import { EGRESS_WORDS } from './words.ts'

export interface FieldsProps {
  readonly denial: DeniedCall
  readonly choice: Choice
  readonly onChange: (change: Partial<Choice>) => void
  /** To be told about. */
  readonly missing: readonly string[]
}

export function Reach({
  denial: { host, caller, wider },
  choice: { isWide, isEverybody, port },
  onChange,
  missing,
}: FieldsProps) {
  const t = useWords(EGRESS_WORDS)
  const isWidest = wider?.sharedBy === 'registry'
  const options = [
    ['exact', t.thisHost(host)] as const,
    ...(wider !== null && !isWidest ? [['wide', t.siblings(wider.pattern)] as const] : []),
  ]
  return (
    <>
      <SelectField
        label={t.host}
        value={isWide ? 'wide' : 'exact'}
        options={options}
        hint={isWidest ? t.registry(wider.pattern) : undefined}
        onChange={(value) => onChange({ isWide: value === 'wide' })}
      />
      {isWide && wider !== null && (
        <Notice
          tone="warn"
          title={wider.sharedBy === 'hosting' ? t.hosting(wider.pattern) : t.publicWarning}
        />
      )}
      <div className="form-columns">
        <TextField
          label={t.port}
          inputMode="numeric"
          fault={missing.includes('port') ? t.portNeeded : null}
          value={port}
          onChange={(value) => onChange({ port: value })}
        />
        <SelectField
          label={t.from}
          value={isEverybody ? 'all' : 'one'}
          options={[
            ['one', t.onlyCaller(caller)],
            ['all', t.everyCaller],
          ]}
          onChange={(value) => onChange({ isEverybody: value === 'all' })}
        />
      </div>
      {isEverybody && <Notice tone="warn" title={t.everybodyWarning} />}
    </>
  )
}

export function HowLong({ choice: { life, day }, onChange, missing }: Omit<FieldsProps, 'denial'>) {
  const t = useWords(EGRESS_WORDS)
  const mayForever = useMay('admin')
  return (
    <div className="form-columns">
      <SelectField
        label={t.howLong}
        value={life}
        options={LIVES.filter((one) => one !== 'forever' || mayForever).map(
          (one) => [one, t.lives[one]] as const,
        )}
        hint={mayForever ? undefined : t.foreverHint}
        onChange={(value) => onChange({ life: value as Life })}
      />
      {life === 'day' && (
        <TextField
          label={t.day}
          type="date"
          hint={t.dayHint}
          fault={missing.includes('day') ? t.dayNeeded : null}
          value={day}
          onChange={(value) => onChange({ day: value })}
        />
      )}
    </div>
  )
}
