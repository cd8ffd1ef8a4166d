// The processes of this node: how busy each of them is.

import type { NodeState } from '../../api/contract.ts'
import { DataTable } from '../../kit/data-table.tsx'
import { Badge } from '../../kit/page.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { OVERVIEW_WORDS } from './words.ts'

/** Later than that, requests wait noticeably. */
const LATE_MS = 100
const BUSY = 0.85

export function Workers({ workers }: { readonly workers: NodeState['workers'] }) {
  const t = useWords(OVERVIEW_WORDS)
  const { number } = useFormat()
  return (
    <DataTable
      caption={t.workers}
      isFixed
      rows={workers}
      keyOf={({ worker }) => String(worker)}
      empty={null}
      columns={[
        {
          id: 'worker',
          title: t.worker,
          cell: ({ worker, loopDelayMs, utilization }) => (
            <span className="badges">
              <strong>{worker}</strong>
              {(loopDelayMs > LATE_MS || utilization > BUSY) && (
                <Badge tone="warn">{t.saturated}</Badge>
              )}
            </span>
          ),
        },
        {
          id: 'busy',
          title: t.busy,
          cell: ({ utilization }) => `${number(Math.round(utilization * 100))} %`,
        },
        {
          id: 'delay',
          title: t.loopDelay,
          cell: ({ loopDelayMs }) => `${number(Math.round(loopDelayMs))} ms`,
        },
        { id: 'sockets', title: t.sockets, cell: ({ sockets }) => number(sockets) },
        {
          id: 'running',
          title: t.running,
          cell: ({ inFlight, egressInFlight }) => number(inFlight + egressInFlight),
        },
        {
          id: 'memory',
          title: t.memory,
          isMinor: true,
          cell: ({ rssBytes }) => `${number(Math.round(rssBytes / 1024 ** 2))} MiB`,
        },
      ]}
    />
  )
}
