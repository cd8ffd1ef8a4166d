// Asks what would happen to a call out, without making it.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Badge, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { plainHost, plainText } from '../../language/typed-text.ts'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { EGRESS_WORDS } from './words.ts'

interface Verdict {
  readonly verdict: string
  readonly reason: string
  readonly rule: string
  readonly mode: string
  readonly wouldDeny: boolean
}

export function CheckCall() {
  const t = useWords(EGRESS_WORDS)
  const [host, setHost] = useState('')
  const [from, setFrom] = useState('anonymous')
  const [answer, setAnswer] = useState<Verdict | null>(null)
  const action = useAction()
  const check = (): void =>
    void action.run(async () => {
      const body = { host: plainHost(host), from: plainText(from) }
      setAnswer(null)
      setAnswer(await call<Verdict>('POST', '/api/v1/egress:check', { body }))
    })
  return (
    <Panel>
      <p className="muted">{t.checkLead}</p>
      <Form onSubmit={check}>
        <div className="form-columns">
          <TextField
            label={t.destination}
            placeholder="api.example.com:443"
            className="code"
            value={host}
            onChange={setHost}
          />
          <TextField label={t.caller} className="code" value={from} onChange={setFrom} />
        </div>
        <Button type="submit" kind="primary" isBusy={action.isBusy}>
          {t.check}
        </Button>
        {action.refusal && <Problem refusal={action.refusal} />}
      </Form>
      {answer !== null && (
        <dl className="facts" role="status">
          <dt>{t.check}</dt>
          <dd>
            <Badge tone={answer.verdict === 'allow' ? (answer.wouldDeny ? 'warn' : 'ok') : 'bad'}>
              {wordFor(t.verdicts, answer.verdict)}
            </Badge>{' '}
            {answer.wouldDeny && answer.verdict === 'allow' && t.wouldDeny}
          </dd>
          <dt>{t.reason}</dt>
          <dd>
            {wordFor(t.reasons, answer.reason)} <code>{answer.reason}</code>
          </dd>
          <dt>{t.byRule}</dt>
          <dd>{answer.rule || '–'}</dd>
          <dt>{t.modeInForce}</dt>
          <dd>{answer.mode}</dd>
        </dl>
      )}
    </Panel>
  )
}
