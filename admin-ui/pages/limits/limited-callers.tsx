// The table of limited callers: those of now, of the last hour, or all that are known.

import type { LimitedKey, LimitedList } from '../../api/contract.ts'
import { LIMITED_KEYS } from '../../api/resources.ts'
import type { Reading } from '../../api/resource.ts'
import { Chip, Chips } from '../../kit/chips.tsx'
import { DataTable } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Empty, Notice, Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQueryField } from '../../router/location.ts'
import { useMay } from '../../session/session.ts'
import { limitedColumns, type OnAsk } from './limited-columns.tsx'
import { LIMIT_WORDS } from './words.ts'

const VIEWS = ['all', 'hour', 'now'] as const
type View = (typeof VIEWS)[number]

/** Refused so recently that it goes on, or must still wait. */
const NOW_MS = 60_000
const HOUR_MS = 3_600_000

export interface LimitedCallersProps {
  readonly reading: Reading<LimitedList>
  readonly pollMs: number
  readonly onAsk: OnAsk
}

export function LimitedCallers({ reading, pollMs, onAsk }: LimitedCallersProps) {
  const t = useWords(LIMIT_WORDS)
  return (
    <Panel title={t.who} actions={<Age reading={reading} pollMs={pollMs} />}>
      <Loaded resource={LIMITED_KEYS} reading={reading}>
        {(list) => <Listed list={list} readAtMs={reading.atMs ?? list.nowMs} onAsk={onAsk} />}
      </Loaded>
    </Panel>
  )
}

interface ListedProps {
  readonly list: LimitedList
  readonly readAtMs: number
  readonly onAsk: OnAsk
}

function Listed({ list, readAtMs, onAsk }: ListedProps) {
  const t = useWords(LIMIT_WORDS)
  const { number } = useFormat()
  const mayAct = useMay('operator')
  const [seen] = useQueryField('seen')
  const view = VIEWS.find((one) => one === seen) ?? 'all'
  const { items, nodes, isPartial, nowMs, total } = list
  const isIn = (one: View): LimitedKey[] => items.filter((key) => isOf(one, key, nowMs))
  return (
    <>
      {isPartial && <Notice tone="warn" title={t.partial} />}
      {items.length > 0 && (
        <Chips label={t.when}>
          {VIEWS.map((one) => (
            <Chip
              key={one}
              to={one === 'all' ? '/limits' : `/limits?seen=${one}`}
              isChosen={one === view}
            >
              {t.views[one]} {number(isIn(one).length)}
            </Chip>
          ))}
        </Chips>
      )}
      <DataTable
        caption={t.who}
        rows={isIn(view)}
        keyOf={({ key }) => key}
        tools={<span className="muted">{nodes > 1 && t.ofNodes(number(nodes))}</span>}
        empty={
          items.length > 0 ? (
            <Empty title={t.viewNone[view]} />
          ) : (
            <FirstStep
              title={t.whoNone}
              hint={t.whoHint}
              command="limits ls"
              operation="listLimitedKeys"
              action={
                <Link className="button primary" to="/policies/limits">
                  {t.toPolicies}
                </Link>
              }
            />
          )
        }
        columns={limitedColumns({
          t,
          number,
          total,
          // The times are of the gateway's clock, which may be another than the browser's.
          aheadMs: nowMs - readAtMs,
          onAsk,
          mayAct,
        })}
      />
    </>
  )
}

function isOf(view: View, { lastAtMs, passesAtMs }: LimitedKey, nowMs: number): boolean {
  if (view === 'all') return true
  if (view === 'hour') return lastAtMs > nowMs - HOUR_MS
  return passesAtMs > nowMs || lastAtMs > nowMs - NOW_MS
}
