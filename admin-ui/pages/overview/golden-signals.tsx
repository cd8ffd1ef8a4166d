// Requests, refusals, failures, times and load, of the last minutes, the last hour or the last day.

import { signals, type Signals } from '../../api/resources.ts'
import type { Window } from '../../api/contract.ts'
import { useResource } from '../../api/resource.ts'
import { LineChart } from '../../kit/line-chart.tsx'
import { Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQueryField } from '../../router/location.ts'
import { even, evenLoad, summed } from './signals.ts'
import { OVERVIEW_WORDS } from './words.ts'

const RANGES = ['5m', '1h', '24h'] as const
/** Longer ranges have larger answers and change less; none may look old before ten seconds. */
const POLL_MS: Readonly<Record<Window, number>> = { '5m': 2000, '1h': 5000, '24h': 8000 }
/** Data is marked as old after ten seconds, however often it is read. */
const STALE_POLL_MS = 3000

export function GoldenSignals() {
  const t = useWords(OVERVIEW_WORDS)
  const [range] = useQueryField('range')
  const window = RANGES.find((one) => one === range) ?? '5m'
  const resource = signals(window)
  const reading = useResource(resource, POLL_MS[window])
  const planes = useResource(signals(window, 'plane'), POLL_MS[window])
  const ageMs = reading.data?.ageMs ?? 0
  const toldAtMs = reading.atMs === null ? null : reading.atMs - ageMs
  return (
    <Panel
      title={t.signals}
      actions={
        <>
          <Age reading={{ ...reading, atMs: toldAtMs }} pollMs={STALE_POLL_MS} />
          {RANGES.map((one) => (
            <Link
              key={one}
              className={`button small ${one === window ? 'primary' : ''}`}
              aria-current={one === window ? 'true' : undefined}
              to={one === '5m' ? '/' : `/?range=${one}`}
            >
              {t.ranges[one]}
            </Link>
          ))}
        </>
      }
    >
      <Loaded resource={resource} reading={reading}>
        {(data) => (
          <Charts data={data} planes={planes.data} window={window} atMs={reading.atMs ?? 0} />
        )}
      </Loaded>
    </Panel>
  )
}

interface ChartsProps {
  readonly data: Signals
  readonly planes: Signals | null
  readonly window: Window
  readonly atMs: number
}

function Charts({ data, planes, window, atMs }: ChartsProps) {
  const t = useWords(OVERVIEW_WORDS)
  const all = even(data.points, window, atMs)
  const { timesMs } = all
  const load = evenLoad(data.load, window, atMs)
  const plane = (name: string) =>
    even(planes?.points ?? [], window, atMs, (signal) => signal.name === name)
  const sidecars = plane('sidecar')
  return (
    <div className="columns charts">
      <LineChart
        label={t.requests}
        unit={t.perSecond}
        timesMs={timesMs}
        series={[
          { name: t.all, values: all.perSecond },
          { name: t.refused, values: all.refused },
          { name: t.failed, values: all.failed },
        ]}
      />
      <LineChart
        label={t.duration}
        unit="ms"
        timesMs={timesMs}
        series={[
          { name: 'p50', values: all.p50Ms },
          { name: 'p95', values: all.p95Ms },
          { name: 'p99', values: all.p99Ms },
        ]}
      />
      <LineChart
        label={t.planes}
        unit={t.perSecond}
        timesMs={timesMs}
        series={[
          { name: t.edge, values: plane('edge').perSecond },
          { name: 'egress', values: plane('egress').perSecond },
          { name: t.sidecars, values: sidecars.perSecond },
        ]}
      />
      <LineChart
        label={t.guards}
        unit={t.perSecond}
        timesMs={timesMs}
        series={(['auth', 'limit', 'rule', 'egress', 'mesh'] as const).map((kind) => ({
          name: t.deniedKinds[kind],
          // What sidecars refuse has not come to a door of the gateway.
          values: summed(all.denied[kind], sidecars.denied[kind]),
        }))}
      />
      <LineChart
        label={t.loopDelay}
        unit="ms"
        timesMs={load.timesMs}
        series={[{ name: t.slowest, values: load.loopDelayMs }]}
      />
      <LineChart
        label={t.connections}
        unit=""
        timesMs={load.timesMs}
        series={[
          { name: t.sockets, values: load.sockets },
          { name: t.running, values: load.inFlight },
        ]}
      />
    </div>
  )
}
