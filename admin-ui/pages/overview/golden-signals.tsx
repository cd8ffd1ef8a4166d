// Requests, refusals, failures and times, of the last minutes or the last day.

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
import { even } from './signals.ts'
import { OVERVIEW_WORDS } from './words.ts'

const POLL_MS: Readonly<Record<Window, number>> = { '5m': 2000, '24h': 15_000 }

export function GoldenSignals() {
  const t = useWords(OVERVIEW_WORDS)
  const [range] = useQueryField('range')
  const window: Window = range === '24h' ? '24h' : '5m'
  const resource = signals(window)
  const reading = useResource(resource, POLL_MS[window])
  return (
    <Panel
      title={t.signals}
      actions={
        <>
          <Age reading={reading} pollMs={POLL_MS[window]} />
          {(['5m', '24h'] as const).map((one) => (
            <Link
              key={one}
              className={`button small ${one === window ? 'primary' : ''}`}
              aria-current={one === window ? 'true' : undefined}
              to={one === '5m' ? '/' : '/?range=24h'}
            >
              {t.ranges[one]}
            </Link>
          ))}
        </>
      }
    >
      <Loaded resource={resource} reading={reading}>
        {(data) => <Charts data={data} window={window} atMs={reading.atMs ?? 0} />}
      </Loaded>
    </Panel>
  )
}

interface ChartsProps {
  readonly data: Signals
  readonly window: Window
  readonly atMs: number
}

function Charts({ data, window, atMs }: ChartsProps) {
  const t = useWords(OVERVIEW_WORDS)
  const { timesMs, perSecond, refused, failed, p50Ms, p95Ms, p99Ms } = even(
    data.points,
    window,
    atMs,
  )
  return (
    <div className="columns">
      <LineChart
        label={t.requests}
        unit={t.perSecond}
        timesMs={timesMs}
        series={[
          { name: t.all, values: perSecond },
          { name: t.refused, values: refused },
          { name: t.failed, values: failed },
        ]}
      />
      <LineChart
        label={t.duration}
        unit="ms"
        timesMs={timesMs}
        series={[
          { name: 'p50', values: p50Ms },
          { name: 'p95', values: p95Ms },
          { name: 'p99', values: p99Ms },
        ]}
      />
    </div>
  )
}
