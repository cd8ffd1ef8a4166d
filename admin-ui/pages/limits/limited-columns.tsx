// The columns of limited callers: who, by which limit, when it passes again, how often, and what can be done.

import type { LimitedKey } from '../../api/contract.ts'
import { Button } from '../../kit/button.tsx'
import type { Column } from '../../kit/data-table.tsx'
import { Badge } from '../../kit/page.tsx'
import { Ago, useNow } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { LIMIT_WORDS } from './words.ts'

/** A key of a limit that something is to be done about. */
export type Target = Pick<LimitedKey, 'key' | 'limit' | 'label'>

export type Asking =
  | { readonly kind: 'reset' | 'release' | 'measure'; readonly target: Target }
  | { readonly kind: 'details'; readonly target: LimitedKey }

export type OnAsk = (asking: Asking) => void

export interface LimitedColumnsProps {
  readonly t: (typeof LIMIT_WORDS)['en']
  readonly number: (value: number) => string
  /** Refusals of everybody together. */
  readonly total: number
  /** By how much the gateway's clock is ahead of the browser's. */
  readonly aheadMs: number
  readonly onAsk: OnAsk
  readonly mayAct: boolean
}

export function limitedColumns({
  t,
  number,
  total,
  aheadMs,
  onAsk,
  mayAct,
}: LimitedColumnsProps): readonly Column<LimitedKey>[] {
  return [
    {
      id: 'caller',
      title: t.caller,
      value: ({ label }) => label,
      cell: (row) => <Caller row={row} />,
    },
    {
      id: 'limit',
      title: t.limit,
      value: ({ limit, routes }) => `${limit} ${routes.join(' ')}`,
      cell: (row) => <LimitOf row={row} />,
    },
    {
      id: 'remaining',
      title: t.remaining,
      value: ({ remaining }) => remaining,
      cell: ({ remaining, max }) =>
        `${number(Math.min(remaining, max))}\u00a0/\u00a0${number(max)}`,
    },
    {
      id: 'passes',
      title: t.passes,
      value: ({ passesAtMs }) => passesAtMs,
      cell: ({ passesAtMs }) => <Passes atMs={passesAtMs - aheadMs} />,
    },
    {
      id: 'count',
      title: t.count,
      value: ({ count }) => count,
      cell: ({ count }) => (
        <>
          {number(count)}
          <span className="hint">{percent(count, total, number)}</span>
        </>
      ),
    },
    {
      id: 'last',
      title: t.last,
      value: ({ lastAtMs }) => lastAtMs,
      cell: ({ lastAtMs }) => <Ago ms={lastAtMs - aheadMs} />,
    },
    {
      id: 'first',
      title: t.first,
      isMinor: true,
      value: ({ firstAtMs }) => firstAtMs,
      cell: ({ firstAtMs }) => <Ago ms={firstAtMs - aheadMs} />,
    },
    {
      id: 'actions',
      title: t.actions,
      cell: (row) => <Actions row={row} mayAct={mayAct} onAsk={onAsk} />,
    },
  ]
}

function Caller({ row: { label, shadow, measure } }: { readonly row: LimitedKey }) {
  const t = useWords(LIMIT_WORDS)
  return (
    <>
      <code>{label}</code>{' '}
      {(shadow || measure !== null) && (
        <span className="badges">
          {shadow && <Badge tone="info">{t.shadow}</Badge>}
          {measure?.kind === 'block' && <Badge tone="bad">{t.blocked}</Badge>}
          {measure?.kind === 'override' && (
            <Badge tone="warn">{t.times(String(measure.factor))}</Badge>
          )}
        </span>
      )}
    </>
  )
}

function LimitOf({ row: { limit, rate, routes } }: { readonly row: LimitedKey }) {
  return (
    <>
      <code>{limit}</code>
      <span className="hint">
        {!limit.startsWith(rate) && `${rate} · `}
        {routes.map((route, index) => (
          <span key={route}>
            {index > 0 && ', '}
            <Link to={`/routes/${encodeURIComponent(route)}`}>{route}</Link>
          </span>
        ))}
      </span>
    </>
  )
}

/** As `Retry-After` said to the last refused request, counted down. */
function Passes({ atMs }: { readonly atMs: number }) {
  const t = useWords(LIMIT_WORDS)
  const now = useNow()
  const seconds = Math.ceil((atMs - now) / 1000)
  if (seconds <= 0) return <span className="muted">{t.passesNow}</span>
  return <strong>{t.inTime(seconds)}</strong>
}

function Actions({
  row,
  mayAct,
  onAsk,
}: {
  readonly row: LimitedKey
  readonly mayAct: boolean
  readonly onAsk: OnAsk
}) {
  const t = useWords(LIMIT_WORDS)
  return (
    <div className="row">
      {mayAct && (
        <>
          <Button className="small" onClick={() => onAsk({ kind: 'reset', target: row })}>
            {t.reset}
          </Button>
          {!row.shadow && (
            <Button
              kind="quiet"
              className="small"
              onClick={() => onAsk({ kind: 'measure', target: row })}
            >
              {t.measure}
            </Button>
          )}
        </>
      )}
      <Button
        kind="quiet"
        className="small"
        onClick={() => onAsk({ kind: 'details', target: row })}
      >
        {t.details}
      </Button>
    </div>
  )
}

function percent(count: number, total: number, number: (value: number) => string): string {
  if (total === 0) return ''
  const share = (count / total) * 100
  return `${share > 0 && share < 1 ? '< 1' : number(Math.round(share))} %`
}
