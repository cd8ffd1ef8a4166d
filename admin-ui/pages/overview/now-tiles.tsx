// How things are this very moment, in six numbers.

import type { NodeState } from '../../api/contract.ts'
import { signals } from '../../api/resources.ts'
import { useResource, type Reading } from '../../api/resource.ts'
import { Age } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { failedPercent, perSecondOf, worstP95Ms } from './signals.ts'
import { Tile } from './tile.tsx'
import { OVERVIEW_WORDS } from './words.ts'

const POLL_MS = 2000
const MINUTE_MS = 60_000

export function NowTiles({ reading }: { readonly reading: Reading<NodeState> }) {
  const t = useWords(OVERVIEW_WORDS)
  const { number } = useFormat()
  const { data, atMs } = useResource(signals('5m'), POLL_MS)
  const planes = useResource(signals('5m', 'plane'), POLL_MS)
  const node = reading.data
  if (node === null) return null
  const points = data?.points ?? []
  const sinceMs = (atMs ?? 0) - MINUTE_MS
  const most = (value: (worker: NodeState['workers'][number]) => number): number =>
    Math.max(0, ...node.workers.map(value))
  const sum = (value: (worker: NodeState['workers'][number]) => number): number =>
    node.workers.reduce((total, worker) => total + value(worker), 0)
  const rounded = (value: number | null, unit: string): string =>
    value === null ? '–' : `${number(Math.round(value * 10) / 10)}${unit}`
  const plane = (name: string): string => {
    const { data: told, atMs: toldAtMs } = planes
    return rounded(told && perSecondOf(told.points, name, toldAtMs ?? 0), '')
  }
  return (
    <>
      <div className="tiles now" aria-label={t.now} role="group">
        <Tile
          to="/tail"
          name={t.nowRequests}
          value={rounded(node.perSecond, '')}
          note={t.nowRequestsNote(plane('egress'), plane('sidecar'))}
        />
        <Tile
          to="/tail?failed=true"
          name={t.nowFailed}
          value={rounded(failedPercent(points, sinceMs), ' %')}
          note={t.lastMinute}
        />
        <Tile
          to="/tail?minMs=500"
          name="p95"
          value={rounded(worstP95Ms(points, sinceMs), ' ms')}
          note={t.lastMinute}
        />
        <Tile
          to="/topology"
          name={t.running}
          value={number(sum(({ inFlight }) => inFlight))}
          note={t.egressRunning(number(sum(({ egressInFlight }) => egressInFlight)))}
        />
        <Tile
          to="/"
          name={t.loopDelay}
          value={rounded(
            most(({ loopDelayMs }) => loopDelayMs),
            ' ms',
          )}
          note={t.busyNote(number(Math.round(most(({ utilization }) => utilization) * 100)))}
        />
        <Tile
          to="/"
          name={t.sockets}
          value={number(sum(({ sockets }) => sockets))}
          note={t.workersNote(number(node.workers.length))}
        />
      </div>
      <p className="row end">
        <Age reading={reading} pollMs={POLL_MS} />
      </p>
    </>
  )
}
