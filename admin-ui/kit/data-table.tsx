// A table with a filter and an order that stand in the address: real rows and cells, and a count that hides nothing.

import { memo, useDeferredValue, useId, useMemo, type ReactNode } from 'react'
import { useFormat } from '../language/format.ts'
import { useWords } from '../language/words.ts'
import { useQueryField } from '../router/location.ts'
import { Button } from './button.tsx'
import { useGrowing } from './growing.ts'
import { KIT_WORDS } from './words.ts'

export interface Column<Row> {
  readonly id: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  /** What it is sorted and filtered by; absent: neither. */
  readonly value?: (row: Row) => string | number
  /** Left out on narrow screens. */
  readonly isMinor?: boolean
}

export interface DataTableProps<Row> {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** Shown where there is no row at all. */
  readonly empty: ReactNode
  /** Where rows stand in a fixed order, like a log. */
  readonly isFixed?: boolean
  readonly tools?: ReactNode
}

export function DataTable<Row>({
  caption,
  columns,
  rows,
  keyOf,
  empty,
  isFixed = false,
  tools,
}: DataTableProps<Row>) {
  const t = useWords(KIT_WORDS)
  const { number } = useFormat()
  const filterId = useId()
  const [filter, setFilter] = useQueryField('q')
  const [sort, setSort] = useQueryField('sort')
  // What is typed shows at once; the rows follow when there is time.
  const wanted = useDeferredValue(filter)
  const shown = useMemo(
    () => (isFixed ? rows : ordered(filtered(rows, columns, wanted), columns, sort)),
    [rows, columns, wanted, sort, isFixed],
  )
  if (rows.length === 0) return <>{empty}</>
  return (
    <>
      <div className="table-tools">
        {!isFixed && (
          <>
            <label htmlFor={filterId} className="visually-hidden">
              {t.filter}
            </label>
            <input
              id={filterId}
              type="search"
              data-filter
              placeholder={t.filter}
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
            />
            <span className="muted" role="status">
              {t.countOf(number(shown.length), number(rows.length))}
            </span>
          </>
        )}
        {tools}
      </div>
      {shown.length === 0 ? (
        <div className="empty">
          <p>
            <code>{filter}</code>: {t.countOf('0', number(rows.length))}
          </p>
          <Button onClick={() => setFilter('')}>{t.clearFilter}</Button>
        </div>
      ) : (
        <div className="table-frame" tabIndex={0} role="region" aria-label={caption}>
          <table role="table" aria-rowcount={shown.length + 1}>
            <caption className="visually-hidden">{caption}</caption>
            <thead role="rowgroup">
              <tr role="row">
                {columns.map((column) => (
                  <HeadCell
                    key={column.id}
                    column={column}
                    sort={sort}
                    onSort={isFixed ? null : setSort}
                  />
                ))}
              </tr>
            </thead>
            <Rows rows={shown} columns={columns} keyOf={keyOf} />
          </table>
        </div>
      )}
    </>
  )
}

interface RowsProps<Row> {
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly keyOf: (row: Row) => string
}

/** Those further down are made as they come into sight. */
function RowsNow<Row>({ rows, columns, keyOf }: RowsProps<Row>) {
  const [count, mark] = useGrowing(rows.length)
  return (
    <tbody role="rowgroup">
      {rows.slice(0, count).map((row) => (
        <tr key={keyOf(row)} role="row">
          {columns.map(({ id, cell, isMinor, title }) => (
            <td key={id} role="cell" className={isMinor ? 'minor' : undefined} data-title={title}>
              <div>{cell(row)}</div>
            </td>
          ))}
        </tr>
      ))}
      {count < rows.length && (
        <tr ref={mark} aria-hidden="true">
          <td colSpan={columns.length}>…</td>
        </tr>
      )}
    </tbody>
  )
}

const Rows = memo(RowsNow) as typeof RowsNow

interface HeadCellProps<Row> {
  readonly column: Column<Row>
  readonly sort: string
  readonly onSort: ((sort: string) => void) | null
}

function HeadCell<Row>({
  column: { id, title, value, isMinor },
  sort,
  onSort,
}: HeadCellProps<Row>) {
  const t = useWords(KIT_WORDS)
  const isUp = sort === id
  const isDown = sort === `-${id}`
  const className = isMinor ? 'minor' : undefined
  if (value === undefined || onSort === null) {
    return (
      <th role="columnheader" scope="col" className={className}>
        {title}
      </th>
    )
  }
  const direction = isUp ? 'ascending' : isDown ? 'descending' : undefined
  return (
    <th role="columnheader" scope="col" className={className} aria-sort={direction}>
      <button
        type="button"
        title={t.sortBy(title)}
        onClick={() => onSort(isUp ? `-${id}` : isDown ? '' : id)}
      >
        {title}
        <span aria-hidden="true">{isUp ? ' ↑' : isDown ? ' ↓' : ''}</span>
      </button>
    </th>
  )
}

function filtered<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  filter: string,
): readonly Row[] {
  const wanted = filter.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return rows
  return rows.filter((row) => {
    const text = columns
      .map(({ value }) => String(value?.(row) ?? ''))
      .join('\n')
      .toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}

function ordered<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: string,
): readonly Row[] {
  const column = columns.find(({ id }) => id === sort.replace(/^-/, ''))
  const value = column?.value
  if (value === undefined) return rows
  const factor = sort.startsWith('-') ? -1 : 1
  return rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)]
    const order =
      typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y))
    return factor * order
  })
}
