// What a limit promises, drawn as steps: time against the most that one caller gets through, with the same as a table.

import type { LimitPromise } from '../../api/contract.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { curveOf, rowsOf, spanText, type LimitCurve } from './limit-steps.ts'
import { LIMIT_WORDS } from './limit-words.ts'

const WIDTH = 400
const HEIGHT = 150
const LEFT = 44
const RIGHT = 8
const TOP = 10
const BOTTOM = 24
const MARKS = [0, 1 / 3, 2 / 3, 1] as const

export function LimitPicture({ promise }: { readonly promise: LimitPromise }) {
  const t = useWords(LIMIT_WORDS)
  const { number } = useFormat()
  const curve = curveOf(promise)
  const span = (ms: number): string => spanText(ms, t.spanUnits)
  const { kind, burst, count, perMs, cost, isFallback } = promise
  const said =
    kind === 'window'
      ? t.window(number(burst), span(perMs))
      : t.bucket(number(burst), number(count), span(perMs))
  return (
    <figure className="figure">
      <figcaption className="legend">
        <strong>{t.promise}</strong>
        <span>
          {said} {cost > 1 && t.cost(number(cost))}
        </span>
        {isFallback && <span className="muted">{t.fallback}</span>}
      </figcaption>
      <Steps curve={curve} label={`${t.promise}: ${said}`} spanOf={span} />
      <details className="more">
        <summary>{t.asTable}</summary>
        <div className="table-frame" tabIndex={0} role="region" aria-label={t.promise}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t.after}</th>
                <th scope="col">
                  {t.atMost} ({t.requests})
                </th>
              </tr>
            </thead>
            <tbody>
              {rowsOf(curve).map(({ atMs, most }) => (
                <tr key={atMs}>
                  <td>{span(atMs)}</td>
                  <td>{number(most)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}

interface StepsProps {
  readonly curve: LimitCurve
  readonly label: string
  readonly spanOf: (ms: number) => string
}

function Steps({ curve, label, spanOf }: StepsProps) {
  const { number } = useFormat()
  const { spanMs, steps } = curve
  const most = Math.max(1, steps.at(-1)?.most ?? 1)
  const x = (ms: number): number => LEFT + (ms / spanMs) * (WIDTH - LEFT - RIGHT)
  const y = (value: number): number => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM)
  const line = steps.map(({ atMs, most: value }) => `H${x(atMs).toFixed(1)}V${y(value).toFixed(1)}`)
  return (
    <svg className="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {[0, 0.5, 1].map((part) => (
        <g key={part}>
          <path className="grid" d={`M${LEFT} ${y(most * part)}H${WIDTH - RIGHT}`} />
          <text x={LEFT - 6} y={y(most * part) + 4} textAnchor="end">
            {number(Math.round(most * part * 10) / 10)}
          </text>
        </g>
      ))}
      {MARKS.map((part) => (
        <text
          key={part}
          x={x(spanMs * part)}
          y={HEIGHT - 6}
          textAnchor={part === 0 ? 'start' : part === 1 ? 'end' : 'middle'}
        >
          {spanOf(spanMs * part)}
        </text>
      ))}
      <path className="line first" d={`M${x(0)} ${y(0)}${line.join('')}H${x(spanMs)}`} />
    </svg>
  )
}
