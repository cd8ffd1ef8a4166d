// Changes addresses, timeout, retries and header rules of one route, in the draft.

import { useState } from 'react'
import type { RouteView } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, TextArea, TextField } from '../../kit/form.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import type { DraftEdit } from './draft-edit.ts'
import {
  changeOthers,
  otherFaults,
  otherFields,
  type OtherFault,
  type OtherFields,
} from './other-fields.ts'
import { OTHER_WORDS } from './other-words.ts'

export interface OtherFormProps {
  readonly route: RouteView
  readonly edit: DraftEdit['edit']
  readonly onClose: () => void
}

export function OtherForm({ route, edit, onClose }: OtherFormProps) {
  const t = useWords(OTHER_WORDS)
  const kit = useWords(KIT_WORDS)
  const [fields, setFields] = useState<OtherFields>(() => otherFields(route))
  const [isTried, setTried] = useState(false)
  const faults = otherFaults(fields)
  const common = (key: keyof OtherFields & keyof typeof t.labels) => ({
    label: t.labels[key],
    className: 'code',
    fault: isTried && faults.has(key as OtherFault) ? t.faults[key as OtherFault] : null,
    value: fields[key],
    onChange: (value: string) => setFields((before) => ({ ...before, [key]: value })),
  })
  const save = (): void => {
    setTried(true)
    if (faults.size > 0) return
    edit((text) => changeOthers(text, route, fields), t.changed(route.name))
    onClose()
  }
  return (
    <Dialog title={t.title(route.name)} size="wide" onClose={onClose}>
      <Form onSubmit={save}>
        <div className="form-columns">
          <TextArea {...common('allow')} hint={t.allowHint} rows={3} />
          <TextArea {...common('deny')} hint={t.denyHint} rows={3} />
        </div>
        <div className="form-columns">
          <TextField {...common('timeout')} hint={t.timeoutHint} placeholder="15s" />
          <TextField {...common('attempts')} hint={t.attemptsHint} inputMode="numeric" />
          <TextField
            {...common('on')}
            hint={t.onHint}
            placeholder="connect, reset, 502, 503, 504"
          />
        </div>
        <div className="form-columns">
          <TextArea {...common('requestSet')} hint={t.setHint} rows={2} />
          <TextArea {...common('requestRemove')} hint={t.removeHint} rows={2} />
        </div>
        <div className="form-columns">
          <TextArea {...common('responseSet')} hint={t.setHint} rows={2} />
          <TextArea {...common('responseRemove')} hint={t.removeHint} rows={2} />
        </div>
        <div className="row">
          <Button type="submit" kind="primary">
            {t.put}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  )
}
