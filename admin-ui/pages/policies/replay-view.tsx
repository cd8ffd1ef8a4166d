// Whom a limit would have refused of the requests on record.

import type { Replay } from '../../api/contract.ts'
import { DataTable } from '../../kit/data-table.tsx'
import { Badge } from '../../kit/page.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { LIMIT_WORDS } from './limit-words.ts'

export function ReplayView({ replay }: { readonly replay: Replay }) {
  const t = useWords(LIMIT_WORDS)
  const { number, time } = useFormat()
  const { requests, limitedRequests, callers, limitedCallers, unknown, fromMs, top } = replay
  if (requests === 0) return <p className="muted">{t.replayNone}</p>
  return (
    <div className="stack" role="status">
      <p className="verdict">
        <Badge tone={limitedCallers === 0 ? 'ok' : 'warn'}>
          {t.replay(number(limitedCallers), number(callers))}
        </Badge>
        <span>{t.replayRequests(number(limitedRequests), number(requests))}</span>
      </p>
      {fromMs !== null && <p className="hint">{t.since(time(fromMs))}</p>}
      <p className="hint">{t.sampled}</p>
      {unknown > 0 && <p className="hint">{t.unknown(number(unknown))}</p>}
      {top.length > 0 && (
        <DataTable
          caption={t.refused}
          isFixed
          rows={top}
          keyOf={({ label }) => label}
          empty={null}
          columns={[
            { id: 'caller', title: t.caller, cell: ({ label }) => <code>{label}</code> },
            { id: 'asked', title: t.asked, cell: (caller) => number(caller.requests) },
            { id: 'refused', title: t.refused, cell: ({ limited }) => number(limited) },
          ]}
        />
      )}
    </div>
  )
}
