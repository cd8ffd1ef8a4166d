// Hides a refused call behind a note that says why it stays refused.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { DeniedCall } from '../../api/contract.ts'
import { DENIED } from '../../api/resources.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { EGRESS_WORDS } from './words.ts'

export function IgnoreDialog({
  denial,
  onClose,
}: {
  readonly denial: DeniedCall
  readonly onClose: () => void
}) {
  const t = useWords(EGRESS_WORDS)
  const kit = useWords(KIT_WORDS)
  const { caller: from, host, port } = denial
  const [note, setNote] = useState('')
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const ignore = (): void => {
    setTried(true)
    if (plainText(note) === '') return
    void action.run(async () => {
      const body = { from, host, port, note: plainText(note) }
      await call('POST', '/api/v1/egress:ignore', { body })
      invalidate(DENIED.path)
      onClose()
      tell(t.isIgnored, { label: t.showAgain, run: () => void showAgain(denial) })
    })
  }
  return (
    <Dialog title={t.ignoreTitle(`${host}:${port}`)} onClose={onClose}>
      <p className="muted">{t.ignoreLead(from)}</p>
      <Form onSubmit={ignore}>
        <TextField
          label={t.note}
          maxLength={300}
          fault={isTried && plainText(note) === '' ? t.noteNeeded : null}
          value={note}
          onChange={setNote}
        />
        {action.refusal && <Problem refusal={action.refusal} />}
        <div className="row">
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {t.ignoreDo}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  )
}

/** The list says what came of it. */
export async function showAgain({ caller: from, host, port }: DeniedCall): Promise<void> {
  await call('POST', '/api/v1/egress:unignore', { body: { from, host, port } }).catch(() => {})
  invalidate(DENIED.path)
}
