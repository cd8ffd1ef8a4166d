// Counting a caller anew, or ending what was decided about it: asked once more, and told when every node has done it.

import { call } from '../../api/client.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form } from '../../kit/form.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { AsCommand } from '../egress/as-command.tsx'
import type { Target } from './limited-columns.tsx'
import { LIMIT_WORDS } from './words.ts'

export interface ConfirmDialogProps {
  readonly kind: 'reset' | 'release'
  readonly target: Target
  readonly onClose: () => void
}

export function ConfirmDialog({ kind, target, onClose }: ConfirmDialogProps) {
  const t = useWords(LIMIT_WORDS)
  const kit = useWords(KIT_WORDS)
  const action = useAction()
  const { key, label, limit } = target
  const said = t.confirm[kind]
  const confirm = (): void =>
    void action.run(async () => {
      const body = kind === 'reset' ? { body: {} } : {}
      await call('POST', `/api/v1/limits/keys/${key}:${kind}`, body)
      invalidate('/api/v1/limits/')
      onClose()
      tell(said.done(label))
    })
  return (
    <Dialog title={said.title(label)} onClose={onClose}>
      <p>{said.lead(limit)}</p>
      <Form onSubmit={confirm}>
        <AsCommand text={`sallyport limits ${kind} ${key.slice(0, 12)}`} />
        {action.refusal && <Problem refusal={action.refusal} />}
        <div className="row">
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {said.do}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  )
}
