// The history of the configuration, page by page.

import { useState } from 'react'
import type { RevisionSummary } from '../../api/contract.ts'
import { CONFIG, revisions } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge, Page } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Ago, Time } from '../../kit/time.tsx'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQueryField } from '../../router/location.ts'
import { REVISION_WORDS } from './words.ts'

const POLL_MS = 10_000

export function Revisions() {
  const t = useWords(REVISION_WORDS)
  const [cursor] = useQueryField('before')
  const resource = revisions(cursor === '' ? null : cursor)
  const reading = useResource(resource, POLL_MS)
  const { data: served } = useResource(CONFIG)
  const [chosen, setChosen] = useState<readonly number[]>([])
  const choose = (number: number, isOn: boolean): void =>
    // Of three the one that was chosen first goes.
    setChosen([...chosen.filter((one) => one !== number), ...(isOn ? [number] : [])].slice(-2))
  return (
    <Page title={t.title} lead={t.lead}>
      <Loaded resource={resource} reading={reading}>
        {({ items, nextCursor }) => (
          <>
            <DataTable
              caption={t.title}
              columns={[chooser(t, chosen, choose), ...columnsOf(t, served?.revision ?? null)]}
              rows={items}
              keyOf={({ number }) => String(number)}
              tools={<Compare chosen={chosen} />}
              empty={
                <FirstStep
                  title={t.none}
                  command="history"
                  operation="listRevisions"
                  needs="operator"
                  action={
                    <Link className="button primary" to="/config">
                      {t.toConfig}
                    </Link>
                  }
                />
              }
            />
            <div className="row">
              {cursor !== '' && <Link to="/revisions">{t.newest}</Link>}
              {nextCursor !== null && <Link to={`/revisions?before=${nextCursor}`}>{t.older}</Link>}
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Compare({ chosen }: { readonly chosen: readonly number[] }) {
  const t = useWords(REVISION_WORDS)
  const [from, to] = chosen.toSorted((a, b) => a - b)
  if (from === undefined || to === undefined) return <span className="hint">{t.chooseTwo}</span>
  return (
    <Link className="button" to={`/revisions/${to}?from=${from}`}>
      {t.compareTwo(String(from), String(to))}
    </Link>
  )
}

function chooser(
  t: (typeof REVISION_WORDS)['en'],
  chosen: readonly number[],
  onChoose: (number: number, isOn: boolean) => void,
): Column<RevisionSummary> {
  return {
    id: 'choose',
    title: t.comparing,
    cell: ({ number }) => (
      <input
        type="checkbox"
        aria-label={t.choose(String(number))}
        checked={chosen.includes(number)}
        onChange={(event) => onChoose(number, event.target.checked)}
      />
    ),
  }
}

function columnsOf(
  t: (typeof REVISION_WORDS)['en'],
  served: number | null,
): readonly Column<RevisionSummary>[] {
  return [
    {
      id: 'number',
      title: t.number,
      value: ({ number }) => number,
      cell: ({ number, tag }) => (
        <span className="row">
          <Link to={`/revisions/${number}`}>{number}</Link>
          {number === served && <Badge tone="ok">{t.served}</Badge>}
          {tag !== '' && <Badge tone="info">{tag}</Badge>}
        </span>
      ),
    },
    {
      id: 'when',
      title: t.when,
      value: ({ atMs }) => atMs,
      cell: ({ atMs }) => (
        <>
          <Ago ms={atMs} />
          <span className="hint">
            <Time ms={atMs} />
          </span>
        </>
      ),
    },
    {
      id: 'who',
      title: t.who,
      value: ({ author }) => author,
      cell: ({ author }) => author || <span className="muted">{t.somebody}</span>,
    },
    {
      id: 'origin',
      title: t.origin,
      value: ({ origin }) => wordFor(t.origins, origin),
      cell: ({ origin }) => wordFor(t.origins, origin),
    },
    {
      id: 'message',
      title: t.message,
      value: ({ message }) => message,
      cell: ({ message }) => <span className="breakable">{message || '–'}</span>,
    },
  ]
}
