// Asks what is to be believed no longer, and why.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import { REVOCATIONS } from '../../api/resources.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { IDENTITY_WORDS } from './words.ts'

export interface RevokeDialogProps {
  /** What the form begins with: a SPIFFE id, a serial number, or ''. */
  readonly of: string
  readonly onClose: () => void
}

export function RevokeDialog({ of: first, onClose }: RevokeDialogProps) {
  const t = useWords(IDENTITY_WORDS)
  const kit = useWords(KIT_WORDS)
  const [what, setWhat] = useState(first)
  const [reason, setReason] = useState('')
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const isMissing = plainText(what) === '' || plainText(reason) === ''
  const revoke = (): void => {
    setTried(true)
    if (isMissing) return
    void action.run(async () => {
      const named = plainText(what)
      const of = named.startsWith('spiffe:')
        ? { id: named }
        : { serial: named.toLowerCase().replaceAll(':', '') }
      await call('POST', '/api/v1/revocations', { body: { ...of, reason: plainText(reason) } })
      invalidate(REVOCATIONS.path)
      tell(t.done)
      onClose()
    })
  }
  return (
    <Dialog title={t.revokeTitle} onClose={onClose}>
      <Notice tone="warn" title={t.revokeText} />
      <Form onSubmit={revoke}>
        <TextField
          label={t.what}
          hint={t.whatHint}
          className="code"
          value={what}
          onChange={setWhat}
        />
        <TextField
          label={t.reason}
          hint={t.reasonHint}
          value={reason}
          onChange={setReason}
          maxLength={200}
        />
        {isTried && isMissing && <p className="fault">{t.needs}</p>}
        {action.refusal && <Problem refusal={action.refusal} />}
        <div className="row">
          <Button type="submit" kind="danger" isBusy={action.isBusy}>
            {t.revokeDo}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  )
}
