// The nodes of the fleet: what each serves, and what keeps one from it.

import { NODES } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { DataTable } from '../../kit/data-table.tsx'
import { Badge, Notice, Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { OVERVIEW_WORDS } from './words.ts'

const POLL_MS = 5000
const TONES = { serving: 'ok', behind: 'warn', failed: 'bad', away: 'bad' } as const

export function Nodes() {
  const t = useWords(OVERVIEW_WORDS)
  const { number } = useFormat()
  const reading = useResource(NODES, POLL_MS)
  // A gateway that knows of no fleet has nothing to say here.
  if (reading.refusal?.code === 'not_found') return null
  return (
    <Panel title={t.nodes} actions={<Age reading={reading} pollMs={POLL_MS} />}>
      <Loaded resource={NODES} reading={reading}>
        {({ items, store }) => (
          <>
            {!store.isReachable && (
              <Notice tone="bad" title={t.storeAway}>
                {store.reason}
              </Notice>
            )}
            <DataTable
              caption={t.nodes}
              isFixed
              rows={items}
              keyOf={({ id, name }) => id + name}
              empty={null}
              columns={[
                {
                  id: 'name',
                  title: t.node,
                  cell: ({ name, isThis }) => (
                    <span className="badges">
                      <strong>{name}</strong>
                      {isThis && <Badge tone="neutral">{t.thisNode}</Badge>}
                    </span>
                  ),
                },
                {
                  id: 'health',
                  title: t.state,
                  cell: ({ health, reason }) => (
                    <>
                      <Badge tone={TONES[health]}>{t.healths[health]}</Badge>
                      {reason !== '' && <span className="hint breakable">{reason}</span>}
                    </>
                  ),
                },
                { id: 'revision', title: t.revisionShort, cell: ({ revision }) => revision ?? '–' },
                { id: 'version', title: t.version, cell: ({ version }) => version },
                {
                  id: 'skew',
                  title: t.skew,
                  isMinor: true,
                  cell: ({ skewMs }) =>
                    skewMs === null ? '–' : `${number(Math.round(skewMs))} ms`,
                },
              ]}
            />
          </>
        )}
      </Loaded>
    </Panel>
  )
}
