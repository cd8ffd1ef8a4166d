// The inbox of refused calls, each caller and destination once, and letting one of them out.

import { useState } from 'react'
import type { Denial } from '../../api/contract.ts'
import { DENIED } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Badge, Empty } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age, Ago } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { AllowDialog } from './allow-dialog.tsx'
import { EGRESS_WORDS } from './words.ts'

const POLL_MS = 2000
const NAME = /^(?=.*[a-z])[a-z0-9._-]+$/i

/** Names that lead outside; everything else takes somebody who edits the file. */
export function isOneClick({ host, reason, answer }: Denial): boolean {
  const isOfRule =
    reason === 'denied_by_rule' || reason === 'malformed_host' || reason === 'address_literal'
  return NAME.test(host) && !isOfRule && answer !== 'forbidden'
}

export function Denied() {
  const t = useWords(EGRESS_WORDS)
  const { number } = useFormat()
  const reading = useResource(DENIED, POLL_MS)
  const mayAllow = useMay('operator')
  const [chosen, setChosen] = useState<Denial | null>(null)
  return (
    <>
      <Loaded resource={DENIED} reading={reading}>
        {({ items, forgotten }) => (
          <>
            <DataTable
              caption={t.tabs.denied}
              columns={columnsOf(t, number, mayAllow ? setChosen : null)}
              rows={items}
              keyOf={({ caller, host, port }) => `${caller} ${host} ${port}`}
              tools={<Age reading={reading} pollMs={POLL_MS} />}
              empty={
                <Empty title={t.deniedNone}>
                  <p className="hint">{t.deniedHint}</p>
                  <Age reading={reading} pollMs={POLL_MS} />
                </Empty>
              }
            />
            {forgotten > 0 && <p className="hint">{t.forgotten(number(forgotten))}</p>}
          </>
        )}
      </Loaded>
      {chosen !== null && <AllowDialog denial={chosen} onClose={() => setChosen(null)} />}
    </>
  )
}

function columnsOf(
  t: (typeof EGRESS_WORDS)['en'],
  number: (value: number) => string,
  onAllow: ((denial: Denial) => void) | null,
): readonly Column<Denial>[] {
  const columns: Column<Denial>[] = [
    {
      id: 'destination',
      title: t.destination,
      value: ({ host, port }) => `${host}:${port}`,
      cell: ({ host, port }) => (
        <code>
          {host}:{port}
        </code>
      ),
    },
    {
      id: 'caller',
      title: t.caller,
      value: ({ caller }) => caller,
      cell: ({ caller }) => <code>{caller}</code>,
    },
    {
      id: 'why',
      title: t.why,
      value: ({ reason, rule, answer }) => `${reason} ${rule} ${answer}`,
      cell: ({ reason, rule, answer, passed }) => (
        <>
          <Badge tone={passed ? 'warn' : 'bad'}>{passed ? t.passed : t.refused}</Badge>{' '}
          <span>{wordFor(t.reasons, reason)}</span>
          <span className="hint">
            {rule !== '' && `${t.rule} ${rule} · `}
            {wordFor(t.answers, answer)}
          </span>
        </>
      ),
    },
    {
      id: 'count',
      title: t.count,
      value: ({ count }) => count,
      cell: ({ count }) => number(count),
    },
    {
      id: 'last',
      title: t.last,
      value: ({ lastMs }) => lastMs,
      cell: ({ lastMs }) => <Ago ms={lastMs} />,
    },
    {
      id: 'first',
      title: t.first,
      isMinor: true,
      value: ({ firstMs }) => firstMs,
      cell: ({ firstMs }) => <Ago ms={firstMs} />,
    },
  ]
  if (onAllow !== null) {
    columns.push({
      id: 'allow',
      title: t.allowDo,
      cell: (denial) =>
        isOneClick(denial) ? (
          <Button className="small" onClick={() => onAllow(denial)}>
            {t.allow}
          </Button>
        ) : (
          <span className="hint">{t.cannotAllow}</span>
        ),
    })
  }
  return columns
}
