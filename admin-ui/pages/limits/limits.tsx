// Whom limits refused and what can be done about it, what was decided, and every limit of the configuration.

import { useState } from 'react'
import { LIMIT_MEASURES, LIMITED_KEYS } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { Page } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { Configured } from './configured.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { DetailsDialog } from './details-dialog.tsx'
import type { Asking } from './limited-columns.tsx'
import { LimitedCallers } from './limited-callers.tsx'
import { MeasureDialog } from './measure-dialog.tsx'
import { Measures } from './measures.tsx'
import { LIMIT_WORDS } from './words.ts'

/** Who was refused stands here within two seconds: workers tell it once a second. */
const POLL_MS = 700

export function Limits() {
  const t = useWords(LIMIT_WORDS)
  const limited = useResource(LIMITED_KEYS, POLL_MS)
  const measures = useResource(LIMIT_MEASURES, POLL_MS)
  const [asking, setAsking] = useState<Asking | null>(null)
  const close = (): void => setAsking(null)
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Link className="button" to="/tail?status=429">
          {t.see}
        </Link>
      }
    >
      <Measures reading={measures} onAsk={setAsking} />
      <LimitedCallers reading={limited} pollMs={POLL_MS} onAsk={setAsking} />
      <Configured />
      {(asking?.kind === 'reset' || asking?.kind === 'release') && (
        <ConfirmDialog kind={asking.kind} target={asking.target} onClose={close} />
      )}
      {asking?.kind === 'measure' && <MeasureDialog target={asking.target} onClose={close} />}
      {asking?.kind === 'details' && <DetailsDialog target={asking.target} onClose={close} />}
    </Page>
  )
}
