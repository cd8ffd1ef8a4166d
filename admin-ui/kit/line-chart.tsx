// Lines over time as one drawing, with the same numbers as a table for those who do not see it.

import { useState } from 'react'
import { formatTime, useFormat } from '../language/format.ts'
import { useLanguage } from '../language/language.ts'
import { useWords } from '../language/words.ts'
import { CHART_WORDS } from './chart-words.ts'

export interface Series {
  readonly name: string
  /** null: nothing was measured then. */
  readonly values: readonly (number | null)[]
}

export interface LineChartProps {
  readonly label: string
  readonly unit: string
  /** Wall clock, ms, evenly spaced. */
  readonly timesMs: readonly number[]
  /** At most five. */
  readonly series: readonly Series[]
}

const WIDTH = 640
const HEIGHT = 170
const LEFT = 46
const TOP = 10
const BOTTOM = 22
const CLASSES = ['first', 'second', 'third', 'fourth', 'fifth'] as const
const TABLE_ROWS = 30

export function LineChart({ label, unit, timesMs, series }: LineChartProps) {
  const t = useWords(CHART_WORDS)
  const { number } = useFormat()
  const language = useLanguage()
  const [at, setAt] = useState<number | null>(null)
  const most = niceMaximum(
    Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))),
  )
  const last = Math.max(1, timesMs.length - 1)
  const x = (index: number): number => LEFT + (index / last) * (WIDTH - LEFT - 4)
  const y = (value: number): number => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM)
  const shown = at ?? timesMs.length - 1
  return (
    <figure className="figure">
      <figcaption className="legend">
        <strong>{label}</strong>
        {series.map(({ name, values }, index) => (
          <span key={name}>
            <svg className="chart-key" viewBox="0 0 26 8" aria-hidden="true">
              <path className={`line ${CLASSES[index]}`} d="M0 4H26" />
            </svg>
            {name}: {values[shown] == null ? '–' : number(round(values[shown]))} {unit}
          </span>
        ))}
        {timesMs[shown] !== undefined && (
          <span className="muted">{hour(timesMs[shown], language)}</span>
        )}
      </figcaption>
      <svg
        className="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t.readable(label)}
        tabIndex={0}
        onKeyDown={(event) => {
          const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
          if (step === undefined) return
          event.preventDefault()
          setAt(Math.min(last, Math.max(0, (at ?? last) + step)))
        }}
        onBlur={() => setAt(null)}
        onMouseMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          const share = ((event.clientX - box.left) / box.width) * WIDTH - LEFT
          setAt(Math.min(last, Math.max(0, Math.round((share / (WIDTH - LEFT - 4)) * last))))
        }}
        onMouseLeave={() => setAt(null)}
      >
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <path className="grid" d={`M${LEFT} ${y(most * part)}H${WIDTH - 4}`} />
            <text x={LEFT - 6} y={y(most * part) + 4} textAnchor="end">
              {number(round(most * part))}
            </text>
          </g>
        ))}
        {series.map(({ name, values }, index) => (
          <path key={name} className={`line ${CLASSES[index]}`} d={pathOf(values, x, y)} />
        ))}
        {at !== null && <path className="grid" d={`M${x(at)} ${TOP}V${HEIGHT - BOTTOM}`} />}
      </svg>
      <details className="more">
        <summary aria-label={`${t.asTable}: ${label}`}>{t.asTable}</summary>
        <div className="table-frame" tabIndex={0} role="region" aria-label={label}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t.time}</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col">
                    {name} ({unit})
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {timesMs
                .map((ms, index) => (
                  <tr key={ms}>
                    <td>{hour(ms, language)}</td>
                    {series.map(({ name, values }) => (
                      <td key={name}>
                        {values[index] == null ? '–' : number(round(values[index]))}
                      </td>
                    ))}
                  </tr>
                ))
                .slice(-TABLE_ROWS)
                .toReversed()}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}

function pathOf(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let isBroken = true
  return values
    .map((value, index) => {
      if (value === null) {
        isBroken = true
        return ''
      }
      const at = `${x(index).toFixed(1)} ${y(value).toFixed(1)}`
      // A point alone is a dot: the round end of a line without length.
      const said = isBroken ? `M${at}h0` : `L${at}`
      isBroken = false
      return said
    })
    .join('')
}

function niceMaximum(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value
}

function round(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 10) / 10
}

function hour(ms: number, language: 'en' | 'ja'): string {
  return /\d\d:\d\d:\d\d/.exec(formatTime(ms, language, 'local'))?.[0] ?? ''
}
