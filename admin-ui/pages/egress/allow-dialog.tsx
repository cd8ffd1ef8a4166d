// Lets one refused destination out: for whom, how far, for how long, and who answers for it.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { DeniedCall } from '../../api/contract.ts'
import { invalidate, useResource } from '../../api/resource.ts'
import { CONFIG } from '../../api/resources.ts'
import { useAction } from '../../api/use-action.ts'
import { addItemAt, NotEditable } from '../../config-text/edit.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { AsCommand } from './as-command.tsx'
import { HowLong, Reach } from './opening-fields.tsx'
import { bodyOf, commandOf, firstChoice, missingOf, ruleOf } from './opening.ts'
import { ruleNames } from './rule-names.ts'
import { EGRESS_WORDS } from './words.ts'

interface Allowed {
  readonly rule: string
  readonly revision: number | null
  readonly expires: string | null
}

export interface AllowDialogProps {
  readonly denial: DeniedCall
  readonly onClose: () => void
}

export function AllowDialog({ denial, onClose }: AllowDialogProps) {
  const t = useWords(EGRESS_WORDS)
  const kit = useWords(KIT_WORDS)
  const [choice, setChoice] = useState(() => firstChoice(denial))
  const [isTried, setTried] = useState(false)
  const [isStuck, setStuck] = useState(false)
  const action = useAction()
  const desk = useDraft()
  const { data: served } = useResource(CONFIG)
  const body = bodyOf(denial, choice)
  const missing = missingOf(choice)
  const fields = {
    choice,
    onChange: (change: Partial<typeof choice>) => setChoice({ ...choice, ...change }),
    missing: isTried ? missing : [],
  }
  const allow = (): void => {
    setTried(true)
    if (missing.length > 0) return
    void action.run(async () => {
      const allowed = await call<Allowed>('POST', '/api/v1/egress:allow', { body })
      const { rule, revision, expires } = allowed
      invalidate('/api/v1/')
      onClose()
      const until = expires === null ? t.forever : t.until(expires)
      const undo = { label: t.undo, run: () => void takeBack(rule, t) }
      tell(t.allowed(rule, until, String(revision ?? '–')), undo)
    })
  }
  const put = (): void => {
    setTried(true)
    if (missing.length > 0 || served === null) return
    try {
      const text = desk.textOver(served)
      const rule = ruleOf(body, ruleNames(text), Date.now())
      desk.save(served, addItemAt(text, ['egress', 'rules'], rule))
      onClose()
      tell(t.adopted, { label: t.undoDraft, run: () => desk.save(served, text) })
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error
      setStuck(true)
    }
  }
  return (
    <Dialog title={t.allowTitle(`${denial.host}:${denial.port}`)} onClose={onClose}>
      <Form onSubmit={allow}>
        <Reach denial={denial} {...fields} />
        <TextField
          label={t.owner}
          hint={t.ownerHint}
          fault={fields.missing.includes('owner') ? t.ownerNeeded : null}
          maxLength={100}
          value={choice.owner}
          onChange={(owner) => fields.onChange({ owner })}
        />
        <TextField
          label={t.openReason}
          hint={t.openReasonHint}
          fault={fields.missing.includes('reason') ? t.openReasonNeeded : null}
          maxLength={300}
          value={choice.reason}
          onChange={(reason) => fields.onChange({ reason })}
        />
        <HowLong {...fields} />
        <AsCommand text={commandOf(body)} />
        {isStuck && <Notice tone="bad" title={t.notEditable} />}
        {action.refusal && <Problem refusal={action.refusal} />}
        <div className="row">
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {t.allowDo}
          </Button>
          <Button onClick={put}>{t.allowDraft}</Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  )
}

/** Only this rule: whatever else was changed meanwhile stays. */
async function takeBack(rule: string, t: (typeof EGRESS_WORDS)['en']): Promise<void> {
  const isDone = await call('POST', '/api/v1/egress:retract', { body: { rule } }).then(
    () => true,
    () => false,
  )
  invalidate('/api/v1/')
  tell(isDone ? t.undone : t.undoFailed)
}
