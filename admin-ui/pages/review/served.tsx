// A change that is served now: which revision, by which nodes, and where to go from here.

import { Notice, Panel } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import type { Applied } from './apply.tsx'
import { NodeList } from './node-list.tsx'
import { REVIEW_WORDS } from './words.ts'

export function ServedNow({
  applied: { revision, nodes, isGuarded },
}: {
  readonly applied: Applied
}) {
  const t = useWords(REVIEW_WORDS)
  const names = nodes.map(({ name }) => name)
  return (
    <Panel>
      <div className="stack">
        <Notice tone="ok" title={t.applied(String(revision ?? '–'))}>
          {isGuarded && t.appliedGuarded}
        </Notice>
        <NodeList rollout={{ kind: 'served', revision, names }} />
        <div className="row">
          <Link className="button primary" to="/revisions">
            {t.toRevisions}
          </Link>
          <Link className="button" to="/tail">
            {t.toTail}
          </Link>
        </div>
      </div>
    </Panel>
  )
}
