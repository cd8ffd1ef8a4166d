// Gives learning an end, in the draft: from then on what no rule allows is refused.

import { useState } from 'react'
import type { Served } from '../../api/contract.ts'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { NotEditable, setKey } from '../../config-text/edit.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, SelectField } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { Time, useNow } from '../../kit/time.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { navigate } from '../../router/location.ts'
import { EGRESS_WORDS } from './words.ts'

const HOUR_MS = 3_600_000
const SPANS = [24, 72, 168, 336] as const

export function LearnDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(EGRESS_WORDS)
  const kit = useWords(KIT_WORDS)
  const desk = useDraft()
  const { data: served } = useResource(CONFIG)
  const nowMs = useNow()
  const [hours, setHours] = useState<number>(168)
  const [isStuck, setStuck] = useState(false)
  const untilMs = Math.ceil((nowMs + hours * HOUR_MS) / 60_000) * 60_000
  const until = new Date(untilMs).toISOString().replace(':00.000Z', 'Z')
  const put = (over: Served): void => {
    try {
      desk.save(over, setKey(desk.textOver(over), ['egress', 'learnUntil'], until))
      onClose()
      navigate('/review')
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error
      setStuck(true)
    }
  }
  return (
    <Dialog title={t.learnEndTitle} onClose={onClose}>
      <Form onSubmit={() => served !== null && put(served)}>
        <p>{t.learnEndLead}</p>
        <SelectField
          label={t.learnFor}
          value={String(hours)}
          options={SPANS.map((span) => [String(span), t.days(span / 24)] as const)}
          onChange={(value) => setHours(Number(value))}
        />
        <p>
          {t.learnEnds} <Time ms={untilMs} />
        </p>
        <Copyable text={`egress:\n  mode: learn\n  learnUntil: ${until}`} />
        {isStuck && <Notice tone="bad" title={t.notEditable} />}
        <div className="row">
          <Button
            type="submit"
            kind="primary"
            disabledBecause={served === null ? kit.loading : null}
          >
            {t.adopt}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  )
}
