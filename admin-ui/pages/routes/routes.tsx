// All routes as one table: as served, or as the draft would have them, and which of them the draft changes.

import { useMemo } from 'react'
import { CONFIG, ROUTE_FIGURES } from '../../api/resources.ts'
import { useResource, type Reading } from '../../api/resource.ts'
import { changesBetween } from '../../config-text/changes.ts'
import { parseConfig, type RouteView } from '../../config-text/parse.ts'
import { precedenceOf } from '../../config-text/precedence.ts'
import { useDraft } from '../../draft/draft.ts'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Badge, Notice, Page } from '../../kit/page.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useMay } from '../../session/session.ts'
import { useFigureColumns, type RouteFigures } from './figure-columns.tsx'
import { TestLink } from './test-link.tsx'
import { ROUTE_WORDS } from './words.ts'

const POLL_MS = 5000

export function Routes() {
  const t = useWords(ROUTE_WORDS)
  const mayChange = useMay('operator')
  const reading = useResource(CONFIG)
  const add = mayChange && (
    <Link className="button primary" to="/routes/+new">
      {t.add}
    </Link>
  )
  return (
    <Page title={t.title} lead={t.lead} actions={add}>
      <Loaded resource={CONFIG} reading={reading}>
        {({ text }) => <Table served={text} />}
      </Loaded>
    </Page>
  )
}

function Table({ served }: { readonly served: string }) {
  const t = useWords(ROUTE_WORDS)
  const { draft } = useDraft()
  const text = draft?.text ?? served
  const { routes, fault } = useMemo(() => parseConfig(text), [text])
  const changed = useMemo(() => kindsOf(served, text), [served, text])
  const order = useMemo(() => precedenceOf(routes), [routes])
  const reading = useResource(ROUTE_FIGURES, POLL_MS)
  const figures = useMemo(() => figuresOf(reading.data), [reading.data])
  const figureColumns = useFigureColumns(figures)
  if (fault !== null) {
    return (
      <Notice tone="bad" title={t.fault}>
        <Link to="/config">{fault}</Link>
      </Notice>
    )
  }
  const empty = (
    <FirstStep
      title={t.none}
      hint={t.noneHint}
      command="check sallyport.yaml"
      operation="applyConfig"
      needs="operator"
      action={
        <Link className="button primary" to="/first-service">
          {t.addFirst}
        </Link>
      }
    />
  )
  return (
    <DataTable
      caption={t.title}
      columns={[...columnsOf(t, changed, order), ...figureColumns, testColumn(t)]}
      rows={routes}
      keyOf={({ name, index }) => `${index} ${name}`}
      empty={empty}
      tools={<Age reading={reading} pollMs={POLL_MS} />}
    />
  )
}

function figuresOf(data: Reading<typeof ROUTE_FIGURES.answer>['data']): RouteFigures | null {
  if (data == null) return null
  return { windowMs: data.windowMs, byRoute: new Map(data.items.map((item) => [item.route, item])) }
}

type Words = (typeof ROUTE_WORDS)['en']
type Kinds = ReadonlyMap<string, 'added' | 'changed'>

function kindsOf(before: string, after: string): Kinds {
  const kinds = new Map<string, 'added' | 'changed'>()
  if (before === after) return kinds
  for (const { kind, path } of changesBetween(before, after) ?? []) {
    if (path[0] !== 'routes' || path[1] === undefined || (kind === 'removed' && path.length === 2))
      continue
    kinds.set(path[1], kind === 'added' && path.length === 2 ? 'added' : 'changed')
  }
  return kinds
}

function testColumn(t: Words): Column<RouteView> {
  return {
    id: 'test',
    title: t.testOne,
    cell: (route) => <TestLink route={route} isShort />,
  }
}

function columnsOf(
  t: Words,
  kinds: Kinds,
  order: ReadonlyMap<number, number>,
): readonly Column<RouteView>[] {
  return [
    {
      id: 'name',
      title: t.name,
      value: ({ name, owner }) => `${name} ${owner}`,
      cell: ({ name, owner }) => {
        const kind = kinds.get(name)
        return (
          <>
            <Link to={`/routes/${encodeURIComponent(name)}`}>{name}</Link>{' '}
            {kind && <Badge tone="info">{t.draft[kind]}</Badge>}
            {owner !== '' && <span className="hint">{t.ownedBy(owner)}</span>}
          </>
        )
      },
    },
    {
      id: 'order',
      title: t.order,
      isMinor: true,
      value: ({ index }) => order.get(index) ?? 0,
      cell: ({ index }) => <span title={t.orderHint}>{order.get(index)}</span>,
    },
    {
      id: 'match',
      title: t.match,
      value: ({ hosts, path, methods }) => `${hosts.join(' ')}${path} ${methods.join(' ')}`,
      cell: ({ hosts, path, methods }) => (
        <>
          <code>
            {hosts.length === 0 ? '' : hosts.join(', ')}
            {path}
          </code>
          {hosts.length === 0 && <span className="hint">{t.anyHost}</span>}
          {methods.length > 0 && <span className="hint">{methods.join(' ')}</span>}
        </>
      ),
    },
    {
      id: 'to',
      title: t.target,
      value: ({ targets }) => targets.join(' '),
      cell: ({ targets }) =>
        targets.map((target) => (
          <div key={target}>
            <code>{target}</code>
          </div>
        )),
    },
    {
      id: 'auth',
      title: t.who,
      value: ({ auth, limits }) =>
        [
          ...(auth.kind === 'token' ? [...auth.issuers, ...auth.audiences] : [auth.kind]),
          ...limits,
        ].join(' '),
      cell: ({ auth, limits }) => (
        <>
          <Callers auth={auth} />
          {limits.map((limit) => (
            <span key={limit} className="hint">
              {limit}
            </span>
          ))}
        </>
      ),
    },
  ]
}

function Callers({ auth }: Pick<RouteView, 'auth'>) {
  const t = useWords(ROUTE_WORDS)
  if (auth.kind === 'public') return <Badge tone="warn">{t.public}</Badge>
  if (auth.kind === 'missing') return <Badge tone="bad">{t.missing}</Badge>
  return (
    <>
      <Badge tone="ok">{t.token}</Badge>
      <span className="hint">
        {auth.issuers.join(', ')} → {auth.audiences.join(', ')}
        {auth.scopes.length > 0 && ` · ${auth.scopes.join(' ')}`}
      </span>
    </>
  )
}
