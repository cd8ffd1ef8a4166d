// Puts a certificate and its key in place: pasted or from files, and told as done when clients are shown it.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { Certificate, UploadAnswer } from '../../api/contract.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Check, Form, SelectField } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { Faults } from './details-dialog.tsx'
import { Nodes } from './nodes.tsx'
import { PemField } from './pem-field.tsx'
import { CERTIFICATES_PATH } from './resources.ts'
import { CERTIFICATE_WORDS } from './words.ts'

export interface UploadDialogProps {
  /** Id of the certificate whose place it takes; '': that of none. */
  readonly replaces: string
  /** Those that serve TLS. */
  readonly listeners: readonly string[]
  readonly items: readonly Certificate[]
  readonly onClose: () => void
}

export function UploadDialog(props: UploadDialogProps) {
  const t = useWords(CERTIFICATE_WORDS)
  const [done, setDone] = useState<UploadAnswer | null>(null)
  return (
    <Dialog title={t.uploadTitle} onClose={props.onClose} size="wide">
      {done === null ? (
        <Upload {...props} onDone={setDone} />
      ) : (
        <Done answer={done} onClose={props.onClose} />
      )}
    </Dialog>
  )
}

function Upload({
  replaces: first,
  listeners,
  items,
  onClose,
  onDone,
}: UploadDialogProps & { readonly onDone: (answer: UploadAnswer) => void }) {
  const t = useWords(CERTIFICATE_WORDS)
  const kit = useWords(KIT_WORDS)
  const replaced = items.find(({ id }) => id === first)
  const [listener, setListener] = useState(replaced?.usedBy[0] ?? listeners[0] ?? '')
  const [replaces, setReplaces] = useState(first)
  const [certPem, setCert] = useState('')
  const [keyPem, setKey] = useState('')
  const [isKept, setKept] = useState(false)
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const places = items.filter(
    ({ id, usedBy }) => id.startsWith('listener:') && usedBy.includes(listener),
  )
  const upload = (): void => {
    setTried(true)
    if (certPem.trim() === '') return
    void action.run(async () => {
      const body = {
        listener,
        certPem,
        ...(keyPem.trim() !== '' && { keyPem }),
        ...(replaces !== '' && { replaces }),
        ...(isKept && { confirmExpired: true }),
      }
      const answer = await call<UploadAnswer>('POST', CERTIFICATES_PATH, { body })
      // It was needed for this one call.
      setKey('')
      invalidate(CERTIFICATES_PATH)
      onDone(answer)
    })
  }
  return (
    <Form onSubmit={upload}>
      <div className="form-columns">
        <SelectField
          label={t.listener}
          value={listener}
          options={listeners.map((name) => [name, name] as const)}
          onChange={(name) => {
            setListener(name)
            setReplaces('')
          }}
        />
        <SelectField
          label={t.replaces}
          hint={t.replacesHint}
          value={replaces}
          options={[
            ['', t.newFile] as const,
            ...places.map(({ id, names, place }) => [id, `${names[0] ?? ''} (${place})`] as const),
          ]}
          onChange={setReplaces}
        />
      </div>
      <PemField
        label={t.chainPem}
        hint={t.chainHint}
        fault={isTried && certPem.trim() === '' ? t.chainNeeded : null}
        value={certPem}
        onChange={setCert}
      />
      <PemField label={t.keyPem} hint={t.keyHint} value={keyPem} onChange={setKey} />
      <Check label={t.confirmExpired} isOn={isKept} onChange={setKept} />
      {action.refusal && <Problem refusal={action.refusal} />}
      {action.isBusy && <p role="status">{t.uploading}</p>}
      <div className="row">
        <Button type="submit" kind="primary" isBusy={action.isBusy}>
          {t.uploadDo}
        </Button>
        <Button onClick={onClose}>{kit.cancel}</Button>
      </div>
      <details>
        <summary>{t.byCommand}</summary>
        <Copyable text={commandFor(listener, replaces, isKept)} />
      </details>
    </Form>
  )
}

function commandFor(listener: string, replaces: string, isKept: boolean): string {
  const place = replaces === '' ? '' : ` --replaces ${replaces.replace(/^listener:/, '')}`
  const kept = isKept ? ' --confirm-expired' : ''
  return `sallyport certs upload --listener ${listener} --cert chain.pem --key key.pem${place}${kept}`
}

function Done({
  answer,
  onClose,
}: {
  readonly answer: UploadAnswer
  readonly onClose: () => void
}) {
  const t = useWords(CERTIFICATE_WORDS)
  const kit = useWords(KIT_WORDS)
  const { file, oldSerial, newSerial, isServed, warnings, nodes } = answer
  return (
    <>
      <Notice tone={isServed ? 'ok' : 'warn'} title={isServed ? t.done : t.doneKept}>
        <span className="breakable">{file}</span>
      </Notice>
      <dl className="facts">
        <dt>{t.oldSerial}</dt>
        <dd className="breakable">{oldSerial === null ? '–' : <code>{oldSerial}</code>}</dd>
        <dt>{t.newSerial}</dt>
        <dd className="breakable">
          <code>{newSerial}</code>
        </dd>
      </dl>
      {isServed && (
        <>
          <h3>{t.shownBy}</h3>
          <Nodes items={nodes} wanted={newSerial} />
          {nodes.length > 1 && <p className="hint">{t.eachNode}</p>}
        </>
      )}
      {warnings.length > 0 && <Faults faults={warnings} />}
      <div className="row">
        <Button kind="primary" onClick={onClose}>
          {kit.close}
        </Button>
      </div>
    </>
  )
}
