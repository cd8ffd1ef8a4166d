// The rows of the tail; each is drawn once.

import { memo } from 'react'
import type { RecentRequest } from '../../api/contract.ts'
import { Badge, type Tone } from '../../kit/page.tsx'
import { formatTime, useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import type { Row } from './rows.ts'
import { TAIL_WORDS } from './words.ts'

export interface TailTableProps {
  readonly rows: readonly Row[]
  readonly onChoose: (request: RecentRequest) => void
}

export function TailTable({ rows, onChoose }: TailTableProps) {
  const t = useWords(TAIL_WORDS)
  return (
    <div className="table-frame tail" tabIndex={0} role="region" aria-label={t.title}>
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            {[t.time, t.status, t.request, t.route, t.subject, t.took].map((title) => (
              <th key={title} role="columnheader" scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <TailRow key={row.key} row={row} onChoose={onChoose} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface TailRowProps {
  readonly row: Row
  readonly onChoose: (request: RecentRequest) => void
}

const TailRow = memo(function TailRow({ row, onChoose }: TailRowProps) {
  const t = useWords(TAIL_WORDS)
  const { number } = useFormat()
  if (row.kind !== 'request') {
    return (
      <tr role="row" className="gap">
        <td role="cell" colSpan={6}>
          <div>{saidOf(row, t, number)}</div>
        </td>
      </tr>
    )
  }
  const { request } = row
  const { facts, outcome, atMs, plane } = request
  return (
    <tr role="row">
      <td role="cell" data-title={t.time}>
        <div title={formatTime(atMs, 'en', 'utc')}>{clock(atMs)}</div>
      </td>
      <td role="cell" data-title={t.status}>
        <div>
          <Badge tone={toneOf(outcome.status)}>{outcome.status}</Badge>
          {outcome.reason !== 'ok' && <span className="hint">{outcome.reason}</span>}
        </div>
      </td>
      <td role="cell" data-title={t.request}>
        <div>
          <button type="button" className="as-link" onClick={() => onChoose(request)}>
            <code>
              {facts.method} {facts.host}
              {plane === 'egress' && facts.port !== null && `:${facts.port}`}
              {facts.path}
            </code>
          </button>
        </div>
      </td>
      <td role="cell" data-title={t.route}>
        <div>
          {outcome.route ?? (plane === 'egress' ? outcome.rule : null) ?? '–'}
          {plane === 'egress' && <span className="hint">egress</span>}
        </div>
      </td>
      <td role="cell" data-title={t.subject}>
        <div className="breakable">{outcome.subject ?? facts.clientIp}</div>
      </td>
      <td role="cell" data-title={t.took} className="number-cell">
        <div>{t.ms(number(Math.round(outcome.durationMs * 10) / 10))}</div>
      </td>
    </tr>
  )
})

function saidOf(
  row: Exclude<Row, { readonly kind: 'request' }>,
  t: (typeof TAIL_WORDS)['en'],
  number: (value: number) => string,
): string {
  if (row.kind === 'dropped') return t.dropped(number(row.count))
  const said = row.missed === null ? t.gap : t.gapCount(number(row.missed))
  return row.forMs === null ? said : `${t.gapFor(number(Math.round(row.forMs / 1000)))} ${said}`
}

export function toneOf(status: number): Tone {
  if (status >= 500 || status === 0) return 'bad'
  return status >= 400 ? 'warn' : 'ok'
}

function clock(ms: number): string {
  const at = new Date(ms)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`
}
