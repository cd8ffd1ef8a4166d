// Makes a key that stays on the gateway, and the request for a certificate of it.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, TextArea } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { KIT_WORDS } from '../../kit/words.ts'
import { plainHost } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { CERTIFICATES_PATH } from './resources.ts'
import { CERTIFICATE_WORDS } from './words.ts'

export function RequestDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(CERTIFICATE_WORDS)
  const kit = useWords(KIT_WORDS)
  const [text, setText] = useState('')
  const [csrPem, setCsr] = useState<string | null>(null)
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const names = text
    .split(/[\s,、]+/)
    .map(plainHost)
    .filter((name) => name !== '')
  const make = (): void => {
    setTried(true)
    if (names.length === 0) return
    void action.run(async () => {
      const path = `${CERTIFICATES_PATH}:request`
      setCsr((await call<{ csrPem: string }>('POST', path, { body: { names } })).csrPem)
    })
  }
  return (
    <Dialog title={t.requestTitle} onClose={onClose} size="wide">
      {csrPem === null ? (
        <Form onSubmit={make}>
          <p className="hint">{t.requestLead}</p>
          <TextArea
            label={t.requestNames}
            hint={t.requestNamesHint}
            fault={isTried && names.length === 0 ? t.requestNamesNeeded : null}
            className="code"
            rows={3}
            placeholder={'api.example.com\n*.shop.example.com'}
            value={text}
            onChange={setText}
          />
          {action.refusal && <Problem refusal={action.refusal} />}
          <div className="row">
            <Button type="submit" kind="primary" isBusy={action.isBusy}>
              {t.requestDo}
            </Button>
            <Button onClick={onClose}>{kit.cancel}</Button>
          </div>
          <details>
            <summary>{t.byCommand}</summary>
            <Copyable text={`sallyport certs request ${names.join(' ') || 'api.example.com'}`} />
          </details>
        </Form>
      ) : (
        <>
          <Notice tone="ok" title={t.requestDone} />
          <Copyable text={csrPem} />
          <div className="row">
            <Button onClick={() => saveFile('request.csr', csrPem)}>{t.requestSave}</Button>
            <Button kind="primary" onClick={onClose}>
              {kit.close}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  )
}
