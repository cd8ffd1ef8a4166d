// What was done to the shares of one release: those of the latest revisions that are about it.

import type { RevisionSummary } from '../../api/contract.ts'
import { revisions } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Ago } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { RELEASE_WORDS } from './words.ts'

const POLL_MS = 10_000
const RESOURCE = revisions(null)

export function History({ route }: { readonly route: string }) {
  const t = useWords(RELEASE_WORDS)
  const reading = useResource(RESOURCE, POLL_MS)
  const about = `release of ${route}: `
  return (
    <Panel title={t.history} actions={<Link to="/revisions">{t.allRevisions}</Link>}>
      <Loaded resource={RESOURCE} reading={reading}>
        {({ items }) => (
          <DataTable
            caption={t.history}
            columns={columnsOf(t, about)}
            rows={items.filter(({ message }) => message.startsWith(about))}
            keyOf={({ number }) => String(number)}
            empty={<p className="muted">{t.historyNone}</p>}
            isFixed
          />
        )}
      </Loaded>
    </Panel>
  )
}

function columnsOf(
  t: (typeof RELEASE_WORDS)['en'],
  about: string,
): readonly Column<RevisionSummary>[] {
  return [
    {
      id: 'when',
      title: t.when,
      cell: ({ number, atMs }) => (
        <>
          <Link to={`/revisions/${number}`}>{number}</Link> · <Ago ms={atMs} />
        </>
      ),
    },
    {
      id: 'what',
      title: t.what,
      cell: ({ message }) => <span className="breakable">{message.slice(about.length)}</span>,
    },
    { id: 'who', title: t.who, cell: ({ author }) => author || t.byItself },
  ]
}
