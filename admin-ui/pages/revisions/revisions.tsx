// The history of the configuration, page by page.

import type { RevisionSummary } from '../../api/contract.ts'
import { CONFIG, revisions } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Badge, Empty, Page } from '../../kit/page.tsx'
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
  return (
    <Page title={t.title} lead={t.lead}>
      <Loaded resource={resource} reading={reading}>
        {({ items, nextCursor }) => (
          <>
            <DataTable
              caption={t.title}
              columns={columnsOf(t, served?.revision ?? null)}
              rows={items}
              keyOf={({ number }) => String(number)}
              empty={<Empty title={t.none} />}
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

function columnsOf(
  t: (typeof REVISION_WORDS)['en'],
  served: number | null,
): readonly Column<RevisionSummary>[] {
  return [
    {
      id: 'number',
      title: t.number,
      value: ({ number }) => number,
      cell: ({ number }) => (
        <span className="row">
          <Link to={`/revisions/${number}`}>{number}</Link>
          {number === served && <Badge tone="ok">{t.served}</Badge>}
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
