// Whom limits refused, most often first; and every limit of the configuration.

import { useMemo } from 'react'
import type { LimitedKey } from '../../api/contract.ts'
import { CONFIG, LIMITED_KEYS } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Badge, Empty, Page, Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age, Ago } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { LIMIT_WORDS } from './words.ts'

const POLL_MS = 2000

export function Limits() {
  const t = useWords(LIMIT_WORDS)
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Link className="button" to="/tail?status=429">
          {t.see}
        </Link>
      }
    >
      <LimitedCallers />
      <Configured />
    </Page>
  )
}

function LimitedCallers() {
  const t = useWords(LIMIT_WORDS)
  const { number } = useFormat()
  const reading = useResource(LIMITED_KEYS, POLL_MS)
  return (
    <Panel title={t.who} actions={<Age reading={reading} pollMs={POLL_MS} />}>
      <Loaded resource={LIMITED_KEYS} reading={reading}>
        {({ items }) => (
          <DataTable
            caption={t.who}
            rows={items}
            keyOf={({ key }) => key}
            empty={<Empty title={t.whoNone} />}
            columns={columnsOf(t, number, items)}
          />
        )}
      </Loaded>
    </Panel>
  )
}

function columnsOf(
  t: (typeof LIMIT_WORDS)['en'],
  number: (value: number) => string,
  all: readonly LimitedKey[],
): readonly Column<LimitedKey>[] {
  const sum = all.reduce((total, { count }) => total + count, 0)
  return [
    {
      id: 'caller',
      title: t.caller,
      value: ({ label }) => label,
      cell: ({ label, shadow }) => (
        <>
          <code>{label}</code> {shadow && <Badge tone="info">{t.shadow}</Badge>}
        </>
      ),
    },
    {
      id: 'limit',
      title: t.limit,
      value: ({ limit }) => limit,
      cell: ({ limit }) => <code>{limit}</code>,
    },
    {
      id: 'count',
      title: t.count,
      value: ({ count }) => count,
      cell: ({ count }) => number(count),
    },
    {
      id: 'share',
      title: t.share,
      isMinor: true,
      value: ({ count }) => count,
      cell: ({ count }) => `${number(Math.round((count / sum) * 100))} %`,
    },
    {
      id: 'first',
      title: t.first,
      isMinor: true,
      value: ({ firstAtMs }) => firstAtMs,
      cell: ({ firstAtMs }) => <Ago ms={firstAtMs} />,
    },
    {
      id: 'last',
      title: t.last,
      value: ({ lastAtMs }) => lastAtMs,
      cell: ({ lastAtMs }) => <Ago ms={lastAtMs} />,
    },
    {
      id: 'key',
      title: t.key,
      isMinor: true,
      cell: ({ key }) => <code className="muted">{key}</code>,
    },
  ]
}

function Configured() {
  const t = useWords(LIMIT_WORDS)
  const { data } = useResource(CONFIG)
  const text = data?.text ?? ''
  const limits = useMemo(
    () =>
      parseConfig(text).routes.flatMap((route) =>
        route.limits.map((limit) => ({ route: route.name, limit })),
      ),
    [text],
  )
  return (
    <Panel title={t.limits}>
      <ul className="changes">
        {limits.map(({ route, limit }) => (
          <li key={`${route} ${limit}`} className="row">
            <Link to={`/routes/${encodeURIComponent(route)}`}>{route}</Link>
            <code>{limit}</code>
          </li>
        ))}
      </ul>
      {limits.length === 0 && <p className="muted">{t.none}</p>}
    </Panel>
  )
}
