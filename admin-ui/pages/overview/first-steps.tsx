// What to do on the first day.

import { Panel } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useMay } from '../../session/session.ts'
import { OVERVIEW_WORDS } from './words.ts'

export function FirstSteps() {
  const t = useWords(OVERVIEW_WORDS)
  const mayChange = useMay('operator')
  const isAdmin = useMay('admin')
  if (!mayChange) return null
  return (
    <Panel title={t.steps}>
      <ol className="steps">
        <li>
          <Link to="/first-service">{t.stepRoute}</Link>
          <p className="muted">{t.stepRouteText}</p>
        </li>
        <li>
          <Link to="/egress">{t.stepEgress}</Link>
          <p className="muted">{t.stepEgressText}</p>
        </li>
        {isAdmin && (
          <li>
            <Link to="/access">{t.stepUser}</Link>
            <p className="muted">{t.stepUserText}</p>
          </li>
        )}
      </ol>
    </Panel>
  )
}
