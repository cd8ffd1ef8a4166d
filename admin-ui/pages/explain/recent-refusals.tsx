// What was refused lately, one click from its explanation.

import { recentRequests } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { DataTable } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge, Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Ago } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { EXPLAIN_WORDS } from './words.ts'

const POLL_MS = 3000
const RECENT = recentRequests({ failed: 'true', limit: '20' })

export function RecentRefusals() {
  const t = useWords(EXPLAIN_WORDS)
  const reading = useResource(RECENT, POLL_MS)
  return (
    <Panel title={t.recent}>
      <Loaded resource={RECENT} reading={reading}>
        {({ items }) => (
          <DataTable
            caption={t.recent}
            isFixed
            rows={items}
            keyOf={({ id }) => id}
            empty={
              <FirstStep
                title={t.recentNone}
                command="tail --failed"
                operation="listRequests"
                action={
                  <Link className="button primary" to="/tail">
                    {t.toTail}
                  </Link>
                }
              />
            }
            columns={[
              {
                id: 'status',
                title: t.status,
                cell: ({ id, outcome: { status } }) => (
                  <Link to={`/explain?request=${encodeURIComponent(id)}`}>
                    <Badge tone={status >= 500 ? 'bad' : 'warn'}>{status}</Badge>
                  </Link>
                ),
              },
              {
                id: 'reason',
                title: t.reason,
                cell: ({ outcome: { reason } }) => <code>{reason}</code>,
              },
              {
                id: 'path',
                title: t.path,
                cell: ({ facts: { method, host, path } }) => (
                  <code>
                    {method} {host}
                    {path}
                  </code>
                ),
              },
              { id: 'route', title: t.route, cell: ({ outcome: { route } }) => route ?? '–' },
              { id: 'when', title: t.when, cell: ({ atMs }) => <Ago ms={atMs} /> },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
