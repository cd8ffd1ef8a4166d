// The live tail: one stream with the filter of the address, rows in batches, and never a word of "live" while it is not.

import { startTransition, useEffect, useRef, useState } from 'react'
import { openStream, type StreamState } from '../../api/event-stream.ts'
import type { RecentRequest } from '../../api/contract.ts'
import { Button } from '../../kit/button.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge, Empty, Notice, Page } from '../../kit/page.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { useNow } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQuery } from '../../router/location.ts'
import { RequestDialog } from './request-dialog.tsx'
import { FilterChips, filterOf, PlaneChips, saidOf, TailFilter } from './tail-filter.tsx'
import { TailTable } from './tail-table.tsx'
import { linesOf, TailRows, type Rates, type Row } from './rows.ts'
import { TAIL_WORDS } from './words.ts'

/** So often what arrived is shown: a flood costs one drawing, not thousands. */
const DRAW_MS = 250
const TONES = { connecting: 'info', live: 'ok', down: 'bad', paused: 'warn' } as const

export function Tail() {
  const t = useWords(TAIL_WORDS)
  const { number } = useFormat()
  const query = useQuery()
  const filter = filterOf(query)
  const [isPaused, setPaused] = useState(false)
  const [chosen, setChosen] = useState<RecentRequest | null>(null)
  const { state, rows, waiting, rates, clear } = useTail(filter.toString(), isPaused)
  const kind = state.kind === 'live' && isPaused ? 'paused' : state.kind
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <>
          <Badge tone={TONES[kind]}>{t.states[kind]}</Badge>
          <Button kind={isPaused ? 'primary' : 'plain'} onClick={() => setPaused(!isPaused)}>
            {isPaused ? t.resume(number(waiting)) : t.pause}
          </Button>
          <Button kind="quiet" onClick={clear}>
            {t.clear}
          </Button>
          <Button
            kind="quiet"
            aria-disabled={rows.length === 0}
            onClick={() => rows.length > 0 && saveFile('requests.jsonl', linesOf(rows))}
          >
            {t.save}
          </Button>
        </>
      }
    >
      <TailFilter key={filter.toString()} filter={filter} />
      <PlaneChips filter={filter} />
      <FilterChips filter={filter} />
      {state.kind === 'down' && <Down state={state} />}
      {rates.all > rates.shown && (
        <p className="hint" role="status">
          {t.sampled(number(Math.round(rates.shown)), number(Math.round(rates.all)))}
        </p>
      )}
      {rows.length === 0 ? (
        <Nothing filter={filter} />
      ) : (
        <TailTable rows={rows} onChoose={setChosen} />
      )}
      {chosen !== null && <RequestDialog request={chosen} onClose={() => setChosen(null)} />}
    </Page>
  )
}

/** Who filters everything away is told by what. */
function Nothing({ filter }: { readonly filter: URLSearchParams }) {
  const t = useWords(TAIL_WORDS)
  if (filter.size === 0) {
    return (
      <FirstStep
        title={t.waiting}
        hint={t.waitingHint}
        command="tail"
        operation="tailRequests"
        needs="operator"
        action={
          <Link className="button primary" to="/explain?by=form">
            {t.toExplain}
          </Link>
        }
      />
    )
  }
  const said = [...filter].map(([name, value]) => saidOf(t, name, value))
  return (
    <Empty title={t.waitingFiltered}>
      <p className="breakable">{said.join(' · ')}</p>
      <Link className="button" to="/tail">
        {t.clearFilter}
      </Link>
    </Empty>
  )
}

function Down({
  state: { sinceMs, refusal },
}: {
  readonly state: Extract<StreamState, { kind: 'down' }>
}) {
  const t = useWords(TAIL_WORDS)
  const now = useNow()
  const { distance } = useFormat()
  return (
    <Notice tone="bad" title={t.downSince(distance(sinceMs, Math.max(now, sinceMs)))}>
      {refusal.message}
    </Notice>
  )
}

interface Shown {
  readonly state: StreamState
  readonly rows: readonly Row[]
  readonly waiting: number
  readonly rates: Rates
  readonly clear: () => void
}

function useTail(filter: string, isPaused: boolean): Shown {
  const list = useRef(new TailRows())
  const paused = useRef(isPaused)
  const [state, setState] = useState<StreamState>({ kind: 'connecting' })
  const [shown, setShown] = useState<Omit<Shown, 'state' | 'clear'>>({
    rows: [],
    waiting: 0,
    rates: { shown: 0, all: 0 },
  })
  useEffect(() => {
    paused.current = isPaused
  }, [isPaused])
  useEffect(() => {
    const rows = new TailRows()
    list.current = rows
    const draw = (): void => {
      if (!paused.current) rows.flush()
      const waiting = paused.current ? rows.waiting : 0
      const next = { rows: rows.rows, waiting, rates: rows.rates(performance.now()) }
      // Whoever types or clicks goes first.
      startTransition(() => setShown(next))
    }
    draw()
    const timer = setInterval(draw, DRAW_MS)
    const close = openStream(`/api/v1/events/requests${filter === '' ? '' : `?${filter}`}`, {
      onEvent: (event) => rows.hear(event, performance.now(), Date.now()),
      onState: setState,
    })
    return () => {
      clearInterval(timer)
      close()
    }
  }, [filter])
  const clear = (): void => {
    list.current.clear()
    setShown({ rows: [], waiting: 0, rates: { shown: 0, all: 0 } })
  }
  return { state, ...shown, clear }
}
