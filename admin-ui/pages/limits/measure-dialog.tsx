// Blocks a caller, or gives it another limit: for how long, and why.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, SelectField, TextField } from '../../kit/form.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { AsCommand } from '../egress/as-command.tsx'
import type { Target } from './limited-columns.tsx'
import { LIMIT_WORDS } from './words.ts'

const LIVES = ['15m', '1h', '4h', '24h', '7d'] as const
type Life = (typeof LIVES)[number]
type Kind = 'override' | 'block'

export interface MeasureDialogProps {
  readonly target: Target
  readonly onClose: () => void
}

export function MeasureDialog({ target: { key, label, limit }, onClose }: MeasureDialogProps) {
  const t = useWords(LIMIT_WORDS)
  const kit = useWords(KIT_WORDS)
  const isAdmin = useMay('admin')
  const [kind, setKind] = useState<Kind>('override')
  const [times, setTimes] = useState('2')
  const [life, setLife] = useState<Life>('1h')
  const [reason, setReason] = useState('')
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const factor = Number(plainText(times))
  const faults = {
    times: kind === 'block' || (factor >= 0.1 && factor <= 100) ? null : t.timesNeeded,
    reason: plainText(reason) === '' ? t.reasonNeeded : null,
  }
  const common = { for: life, reason: plainText(reason) }
  const decide = (): void => {
    setTried(true)
    if (faults.times !== null || faults.reason !== null) return
    void action.run(async () => {
      const body = kind === 'block' ? common : { times: factor, ...common }
      await call('POST', `/api/v1/limits/keys/${key}:${kind}`, { body })
      invalidate('/api/v1/limits/')
      onClose()
      tell(t.decided[kind](label))
    })
  }
  return (
    <Dialog title={t.measureTitle(label)} onClose={onClose}>
      <p className="muted">{t.measureLead(limit)}</p>
      <Form onSubmit={decide}>
        <SelectField
          label={t.what}
          value={kind}
          options={[
            ['override', t.kinds.override],
            ['block', t.kinds.block],
          ]}
          onChange={(value) => setKind(value as Kind)}
        />
        <div className="form-columns">
          {kind === 'override' && (
            <TextField
              label={t.timesLabel}
              hint={t.timesHint}
              inputMode="decimal"
              fault={isTried ? faults.times : null}
              value={times}
              onChange={setTimes}
            />
          )}
          <SelectField
            label={t.forHowLong}
            value={life}
            options={LIVES.filter((one) => one !== '7d' || isAdmin).map(
              (one) => [one, t.lives[one]] as const,
            )}
            hint={isAdmin ? undefined : t.livesHint}
            onChange={(value) => setLife(value as Life)}
          />
        </div>
        <TextField
          label={t.reason}
          hint={t.reasonHint}
          maxLength={200}
          fault={isTried ? faults.reason : null}
          value={reason}
          onChange={setReason}
        />
        <AsCommand text={commandOf(key, kind, plainText(times), common)} />
        {action.refusal && <Problem refusal={action.refusal} />}
        <div className="row">
          <Button
            type="submit"
            kind={kind === 'block' ? 'danger' : 'primary'}
            isBusy={action.isBusy}
          >
            {t.decide[kind]}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  )
}

function commandOf(
  key: string,
  kind: Kind,
  times: string,
  { for: life, reason }: { readonly for: string; readonly reason: string },
): string {
  const factor = kind === 'override' ? ` --times ${times}` : ''
  const why = (reason || 'WHY').replaceAll("'", "'\\''")
  return `sallyport limits ${kind} ${key.slice(0, 12)}${factor} --for ${life} --reason '${why}'`
}
