// Addresses, header rules, timeouts and retries, route by route.

import { DataTable } from '../../kit/data-table.tsx'
import { Empty } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import type { PolicyTabProps } from './draft-edit.ts'
import { othersOf } from './policy-edits.ts'
import { POLICY_WORDS } from './words.ts'

export function Others({ config }: PolicyTabProps) {
  const t = useWords(POLICY_WORDS)
  const code = (text: string) => (text === '' ? t.none : <code>{text}</code>)
  return (
    <div className="stack">
      <p className="muted">{t.moreLead}</p>
      <DataTable
        caption={t.tabs.more}
        rows={othersOf(config)}
        keyOf={({ route }) => String(route.index)}
        empty={<Empty title={t.noRoutes} />}
        columns={[
          {
            id: 'route',
            title: t.route,
            value: ({ route }) => route.name,
            cell: ({ route }) => (
              <Link to={`/routes/${encodeURIComponent(route.name)}?view=yaml`}>{route.name}</Link>
            ),
          },
          { id: 'ip', title: t.ip, value: ({ ip }) => ip, cell: ({ ip }) => code(ip) },
          {
            id: 'headers',
            title: t.headers,
            value: ({ headers }) => headers,
            cell: ({ headers }) => code(headers),
          },
          {
            id: 'timeout',
            title: t.timeout,
            value: ({ timeout }) => timeout,
            cell: ({ timeout }) => timeout || <span className="muted">{t.byDefault}</span>,
          },
          {
            id: 'retries',
            title: t.retries,
            value: ({ retries }) => retries,
            cell: ({ retries }) =>
              retries === '' ? <span className="muted">{t.noRetries}</span> : code(retries),
          },
        ]}
      />
    </div>
  )
}
