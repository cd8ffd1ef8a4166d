// Writes a rule of the way out into the draft: who may reach what, how, until when, and why.

import { useState } from 'react'
import type { Served } from '../../api/contract.ts'
import { addItemAt, NotEditable } from '../../config-text/edit.ts'
import { flowText } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, SelectField, TextField } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { ruleNames } from './rule-names.ts'
import { RULE_WORDS } from './rule-words.ts'
import {
  entryOf,
  missingOfRule,
  NO_RULE,
  PROTOCOLS,
  type Protocol,
  type TypedField,
} from './typed-rule.ts'
import { EGRESS_WORDS } from './words.ts'

export interface RuleDialogProps {
  readonly served: Served
  readonly onClose: () => void
}

export function RuleDialog({ served, onClose }: RuleDialogProps) {
  const t = useWords(EGRESS_WORDS)
  const own = useWords(RULE_WORDS)
  const kit = useWords(KIT_WORDS)
  const desk = useDraft()
  const [typed, setTyped] = useState(NO_RULE)
  const [isTried, setTried] = useState(false)
  const [isStuck, setStuck] = useState(false)
  const text = desk.textOver(served)
  const missing = missingOfRule(typed, ruleNames(text))
  const field = (name: TypedField) => ({
    label: own.ruleFields[name],
    hint: own.ruleHints[name],
    fault: isTried && missing.includes(name) ? own.ruleFaults[name] : null,
    value: typed[name],
    onChange: (value: string) => setTyped({ ...typed, [name]: value }),
  })
  const put = (): void => {
    setTried(true)
    if (missing.length > 0) return
    try {
      desk.save(served, addItemAt(text, ['egress', 'rules'], entryOf(typed)))
      onClose()
      tell(t.adopted, { label: t.undoDraft, run: () => desk.save(served, text) })
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error
      setStuck(true)
    }
  }
  return (
    <Dialog title={own.addRule} onClose={onClose}>
      <Form onSubmit={put}>
        <TextField {...field('name')} className="code" maxLength={63} />
        <TextField {...field('from')} className="code" maxLength={1000} />
        <TextField {...field('hosts')} className="code" maxLength={3000} />
        <div className="form-columns">
          <SelectField
            label={own.protocol}
            value={typed.protocol}
            options={PROTOCOLS.map((one) => [one, own.protocols[one]] as const)}
            onChange={(value) => setTyped({ ...typed, protocol: value as Protocol })}
          />
          <TextField
            label={t.expires}
            type="date"
            hint={t.dayHint}
            value={typed.expires}
            onChange={(expires) => setTyped({ ...typed, expires })}
          />
        </div>
        <TextField {...field('owner')} maxLength={100} />
        <TextField {...field('reason')} maxLength={300} />
        <Copyable text={`- ${flowText(entryOf(typed))}`} />
        {isStuck && <Notice tone="bad" title={t.notEditable} />}
        <div className="row">
          <Button type="submit" kind="primary">
            {t.adopt}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  )
}
