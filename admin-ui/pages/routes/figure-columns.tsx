// What a route had to do in the last five minutes: how often it was asked for, how that went, and what failed last.

import type { RouteFigure } from '../../api/contract.ts'
import type { RouteView } from '../../config-text/parse.ts'
import type { Column } from '../../kit/data-table.tsx'
import { Ago } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { ROUTE_WORDS } from './words.ts'

export interface RouteFigures {
  readonly windowMs: number
  readonly byRoute: ReadonlyMap<string, RouteFigure>
}

/** `figures` null: they could not be read, or not yet. */
export function useFigureColumns(figures: RouteFigures | null): readonly Column<RouteView>[] {
  const t = useWords(ROUTE_WORDS)
  const { number } = useFormat()
  const of = ({ name }: RouteView): RouteFigure | undefined => figures?.byRoute.get(name)
  const unknown = figures === null ? '…' : '–'
  return [
    {
      id: 'rate',
      title: t.rate,
      value: (route) => of(route)?.requests ?? 0,
      cell(route) {
        const figure = of(route)
        if (figure === undefined || figures === null)
          return <span className="muted">{unknown}</span>
        const perSecond = figure.requests / (figures.windowMs / 1000)
        return (
          <>
            {number(rounded(perSecond))}
            <span className="hint">{t.requests(number(figure.requests))}</span>
          </>
        )
      },
    },
    {
      id: 'failed',
      title: t.failedShare,
      value: (route) => share(of(route), 'failed'),
      cell(route) {
        const figure = of(route)
        if (figure === undefined || figure.requests === 0) {
          return <span className="muted">{unknown}</span>
        }
        const { failed, refused } = figure
        return (
          <>
            <span className={failed > 0 ? 'fault' : undefined}>
              {number(rounded(share(figure, 'failed') * 100))} %
            </span>
            {refused > 0 && (
              <span className="hint">
                {t.refusedShare(number(rounded(share(figure, 'refused') * 100)))}
              </span>
            )}
          </>
        )
      },
    },
    {
      id: 'last',
      title: t.lastFailure,
      isMinor: true,
      value: (route) => of(route)?.lastFailure?.atMs ?? 0,
      cell(route) {
        const last = of(route)?.lastFailure ?? null
        if (last === null) return <span className="muted">{unknown}</span>
        const { id, atMs, status, reason } = last
        return (
          <>
            <Link to={`/explain?request=${encodeURIComponent(id)}`}>
              {status === 0 ? t.noAnswer : status}
              {reason !== 'ok' && ` ${reason}`}
            </Link>
            <span className="hint">
              <Ago ms={atMs} />
            </span>
          </>
        )
      },
    },
  ]
}

function share(figure: RouteFigure | undefined, what: 'failed' | 'refused'): number {
  return figure === undefined || figure.requests === 0 ? 0 : figure[what] / figure.requests
}

function rounded(value: number): number {
  return value >= 10 ? Math.round(value) : Math.round(value * 100) / 100
}
