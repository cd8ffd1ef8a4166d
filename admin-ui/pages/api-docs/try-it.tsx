// Sends one call with the session of whoever looks: what changes something only after a second, explicit click.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, TextArea, TextField } from '../../kit/form.tsx'
import { Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { curlOf, exampleOf, targetOf, type ApiOperation } from './spec.ts'
import { API_WORDS } from './words.ts'

/** Of an answer, so that the page stays quick. */
const MAX_SHOWN = 100_000

export function TryIt({ operation }: { readonly operation: ApiOperation }) {
  const t = useWords(API_WORDS)
  const { role, answer } = operation
  const may = useMay(role === 'anyone' ? 'viewer' : role)
  const isStream = answer.contentMediaType === 'text/event-stream'
  return (
    <Panel title={t.tryIt}>
      <p className="muted">{may ? (isStream ? t.tryStream : t.tryHint) : t.tryNot}</p>
      <Attempt operation={operation} canSend={may && !isStream} />
    </Panel>
  )
}

function Attempt({
  operation,
  canSend,
}: {
  readonly operation: ApiOperation
  readonly canSend: boolean
}) {
  const t = useWords(API_WORDS)
  const { method, parameters, body, isReading } = operation
  const fields = parameters.filter(({ in: place }) => place !== 'header')
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const [text, setText] = useState(() =>
    body === null ? '' : JSON.stringify(exampleOf(body), null, 2),
  )
  const [ifMatch, setIfMatch] = useState('')
  const [isTried, setTried] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const [answer, setAnswer] = useState<string | null>(null)
  const action = useAction()
  const target = targetOf(operation, values)
  const parsed = body === null ? undefined : parse(text)
  const isMissing = fields.some(({ name, required }) => required && (values[name] ?? '') === '')
  const send = (): void => {
    setAsking(false)
    void action.run(async () => {
      setAnswer(null)
      const options = {
        ...(parsed && { body: parsed.value }),
        ...(ifMatch !== '' && { ifMatch }),
      }
      setAnswer(JSON.stringify(await call<unknown>(method, target, options), null, 2))
    })
  }
  const submit = (): void => {
    setTried(true)
    if (!canSend || isMissing || parsed === null) return
    if (isReading) send()
    else setAsking(true)
  }
  return (
    <Form onSubmit={submit} label={t.tryIt}>
      {fields.map(({ name, required, in: place }) => (
        <TextField
          key={name}
          label={name}
          hint={`${t.places[place]}, ${required ? t.required : t.optional}`}
          fault={isTried && required && (values[name] ?? '') === '' ? t.fillIn : null}
          className="code"
          value={values[name] ?? ''}
          onChange={(value) => setValues({ ...values, [name]: plainText(value) })}
        />
      ))}
      {body !== null && (
        <TextArea
          label={t.body}
          fault={parsed === null ? t.notJson : null}
          rows={Math.min(16, text.split('\n').length + 1)}
          value={text}
          onChange={setText}
        />
      )}
      {!isReading && (
        <TextField
          label={t.ifMatch}
          hint={t.ifMatchHint}
          className="code"
          value={ifMatch}
          onChange={(value) => setIfMatch(plainText(value))}
        />
      )}
      <div>
        <p className="hint">{t.curl}</p>
        <Copyable
          text={curlOf(operation, location.origin + target, body === null ? null : text, ifMatch)}
        />
      </div>
      {canSend && (
        <Button type="submit" kind={isReading ? 'primary' : 'plain'} isBusy={action.isBusy}>
          {isReading ? t.send : t.sendChange}
        </Button>
      )}
      {action.refusal && <Problem refusal={action.refusal} onDismiss={action.clear} />}
      {answer !== null && <Answer text={answer} />}
      {isAsking && <Confirm onClose={() => setAsking(false)} onSend={send} />}
    </Form>
  )
}

function Answer({ text }: { readonly text: string }) {
  const t = useWords(API_WORDS)
  return (
    <div role="status">
      <h3>{t.answered}</h3>
      <pre className="part" tabIndex={0} aria-label={t.answered}>
        {text.slice(0, MAX_SHOWN)}
      </pre>
      {text.length > MAX_SHOWN && <p className="hint">{t.cut}</p>}
    </div>
  )
}

function Confirm({
  onClose,
  onSend,
}: {
  readonly onClose: () => void
  readonly onSend: () => void
}) {
  const t = useWords(API_WORDS)
  const kit = useWords(KIT_WORDS)
  return (
    <Dialog title={t.confirmTitle} onClose={onClose}>
      <p>{t.confirm}</p>
      <div className="row">
        <Button kind="danger" onClick={onSend}>
          {t.send}
        </Button>
        <Button onClick={onClose}>{kit.cancel}</Button>
      </div>
    </Dialog>
  )
}

/** null: it is not JSON. */
function parse(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return null
  }
}
