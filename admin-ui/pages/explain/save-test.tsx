// Keeps an explained case in `tests:` of the draft.

import { useState } from 'react'
import type { PlacedExplanation, Served } from '../../api/contract.ts'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { addItemAt, NotEditable } from '../../config-text/edit.ts'
import { flowText, parseConfig } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { tell } from '../../kit/toasts.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { savedTests, testOf, type Question } from './policy-test.ts'
import { CASE_WORDS } from './test-case-words.ts'

export interface SaveTestProps {
  readonly question: Question
  readonly answer: PlacedExplanation
}

/** Nothing for those who may not change. */
export function SaveTest(props: SaveTestProps) {
  const mayChange = useMay('operator')
  const served = useResource(CONFIG).data
  return mayChange && served !== null ? <SaveForm served={served} {...props} /> : null
}

function SaveForm({ served, question, answer }: SaveTestProps & { readonly served: Served }) {
  const t = useWords(CASE_WORDS)
  const desk = useDraft()
  const [name, setName] = useState('')
  const [isTried, setTried] = useState(false)
  const [isStuck, setStuck] = useState(false)
  const text = desk.textOver(served)
  const config = parseConfig(text)
  const plain = plainText(name)
  const isTaken = savedTests(config).some((test) => test.name === plain)
  const fault = plain === '' ? t.nameFault : isTaken ? t.nameTaken : null
  const made = testOf(plain || '…', question, answer, config)
  if (made.kind === 'unsavable') {
    return (
      <Panel title={t.save}>
        <p className="muted">{t.unsavable[made.why]}</p>
      </Panel>
    )
  }
  const save = (): void => {
    setTried(true)
    if (fault !== null) return
    try {
      desk.save(served, addItemAt(text, ['tests'], made.test))
      tell(t.saved(plain), { label: t.undo, run: () => desk.save(served, text) })
      setName('')
      setTried(false)
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error
      setStuck(true)
    }
  }
  return (
    <Panel title={t.save}>
      <p className="muted">{t.lead}</p>
      <Form onSubmit={save}>
        <TextField
          label={t.name}
          hint={t.nameHint}
          fault={isTried ? fault : null}
          maxLength={200}
          value={name}
          onChange={setName}
        />
        <Copyable text={`tests:\n  - ${flowText(made.test)}`} />
        {isStuck && <Notice tone="bad" title={t.stuck} />}
        <Button type="submit">{t.put}</Button>
      </Form>
    </Panel>
  )
}
