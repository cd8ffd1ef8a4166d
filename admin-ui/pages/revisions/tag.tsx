// The tag of a revision: a name for it, by which it is kept however many come after it.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { REVISION_WORDS } from './words.ts'

const MAX_LENGTH = 64

export interface TagProps {
  readonly number: number
  /** '' where there is none. */
  readonly tag: string
  readonly onClose: () => void
}

export function TagDialog({ number, tag, onClose }: TagProps) {
  const t = useWords(REVISION_WORDS)
  const kit = useWords(KIT_WORDS)
  const [name, setName] = useState(tag)
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const wanted = plainText(name)
  const path = `/api/v1/revisions/${number}/tag`
  const change = (done: string, task: () => Promise<unknown>): void =>
    void action.run(async () => {
      await task()
      invalidate('/api/v1/revisions')
      tell(done)
      onClose()
    })
  const save = (): void => {
    setTried(true)
    if (wanted === '') return
    change(t.tagged(wanted), () => call('PUT', path, { body: { tag: wanted } }))
  }
  return (
    <Dialog title={t.tagTitle(String(number))} onClose={onClose}>
      <Form onSubmit={save}>
        <p>{t.tagText}</p>
        <TextField
          label={t.tag}
          fault={isTried && wanted === '' ? t.tagMissing : null}
          value={name}
          maxLength={MAX_LENGTH}
          onChange={setName}
        />
        {action.refusal && <Problem refusal={action.refusal} />}
        <div className="row">
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {t.saveTag}
          </Button>
          {tag !== '' && (
            <Button onClick={() => change(t.untagged, () => call('DELETE', path))}>
              {t.removeTag}
            </Button>
          )}
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
        <details className="more">
          <summary>{t.command}</summary>
          <Copyable text={`sallyport history tag ${number} ${shellWord(wanted || 'NAME')}`} />
        </details>
      </Form>
    </Dialog>
  )
}

function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
