// What calls what: clients to instances on the way in, callers to destinations on the way out, with what goes along.

import { useDeferredValue, useId, useMemo, useState } from 'react'
import type { NodeKind, Topology } from '../../api/contract.ts'
import { TOPOLOGY } from '../../api/resources.ts'
import { useResource, type Reading } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Notice, Page } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQueryField } from '../../router/location.ts'
import { grouped, matching, MAX_SHOWN, ungrouped, type Shown } from './group.ts'
import { Picture } from './picture.tsx'
import { SidePanel } from './side-panel.tsx'
import { Tree } from './tree.tsx'
import { TOPOLOGY_WORDS } from './words.ts'

const POLL_MS = 5000
const OUT: ReadonlySet<NodeKind> = new Set(['caller', 'egress', 'destination'])
/** A picture of five columns is of no use on a phone. */
const NARROW = '(width < 700px)'
/** As the help of the keys lists it. */
const VIEW_KEY = 'v'

export function TopologyPage() {
  const t = useWords(TOPOLOGY_WORDS)
  const reading = useResource(TOPOLOGY, POLL_MS)
  return (
    <Page title={t.title} lead={t.lead}>
      <Loaded resource={TOPOLOGY} reading={reading}>
        {(data) => <View data={data} reading={reading} />}
      </Loaded>
    </Page>
  )
}

interface ViewProps {
  readonly data: Topology
  readonly reading: Reading<unknown>
}

function View({ data, reading }: ViewProps) {
  const t = useWords(TOPOLOGY_WORDS)
  const { number } = useFormat()
  const [picked, pick] = useQueryField('pick')
  const [query] = useQueryField('q')
  const words = useDeferredValue(query)
  const [all] = useQueryField('all')
  const [view] = useQueryField('view')
  const [isNarrow] = useState(() => matchMedia(NARROW).matches)
  const { inward, outward } = useMemo(() => parts(data, words, all !== ''), [data, words, all])
  const isList = view === 'list' || (view === '' && isNarrow)
  const Part = isList ? Tree : Picture
  const isGrouped = inward.isGrouped || outward.isGrouped
  const total = inward.total + outward.total
  const both: Shown = {
    nodes: [...inward.nodes, ...outward.nodes],
    edges: [...inward.edges, ...outward.edges],
    total,
    isGrouped,
  }
  if (data.nodes.every(({ kind }) => kind === 'clients' || kind === 'listener')) return <Nothing />
  return (
    <>
      <Tools isList={isList} total={total} of={data.nodes.length} reading={reading} />
      {data.omitted > 0 && <Notice tone="warn" title={t.omitted(number(data.omitted))} />}
      {isGrouped && <Grouped total={total} />}
      <div className={picked === '' ? 'topology-page' : 'topology-page picked'}>
        <div>
          <h2>{t.inward}</h2>
          <Part label={t.inward} shown={inward} picked={picked} onPick={pick} />
          {outward.nodes.length > 0 && (
            <>
              <h2>{t.outward}</h2>
              <Part label={t.outward} shown={outward} picked={picked} onPick={pick} />
            </>
          )}
          <p className="hint">{t.legend}</p>
        </div>
        <SidePanel shown={both} picked={picked} onPick={pick} />
      </div>
    </>
  )
}

function parts(data: Topology, words: string, isWhole: boolean) {
  const show = isWhole ? ungrouped : grouped
  const of = (isOut: boolean): Shown => {
    const nodes = data.nodes.filter(({ kind }) => OUT.has(kind) === isOut)
    const ids = new Set(nodes.map(({ id }) => id))
    const edges = data.edges.filter(({ from }) => ids.has(from))
    return show(matching({ nodes, edges }, words))
  }
  return { inward: of(false), outward: of(true) }
}

interface ToolsProps {
  readonly isList: boolean
  readonly total: number
  readonly of: number
  readonly reading: Reading<unknown>
}

function Tools({ isList, total, of, reading }: ToolsProps) {
  const t = useWords(TOPOLOGY_WORDS)
  const kit = useWords(KIT_WORDS)
  const { number } = useFormat()
  const id = useId()
  const [filter, setFilter] = useQueryField('q')
  const [, setView] = useQueryField('view')
  return (
    <div className="table-tools">
      <label htmlFor={id} className="visually-hidden">
        {kit.filter}
      </label>
      <input
        id={id}
        type="search"
        data-filter
        placeholder={kit.filter}
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      <span className="muted" role="status">
        {kit.countOf(number(total), number(of))}
      </span>
      <Button
        className="small"
        aria-pressed={isList}
        aria-keyshortcuts={VIEW_KEY}
        onClick={() => setView(isList ? 'picture' : 'list')}
      >
        {isList ? t.asPicture : t.asList}
      </Button>
      <Age reading={reading} pollMs={POLL_MS} />
    </div>
  )
}

function Grouped({ total }: { readonly total: number }) {
  const t = useWords(TOPOLOGY_WORDS)
  const { number } = useFormat()
  const [, setAll] = useQueryField('all')
  return (
    <Notice tone="info" title={t.grouped(number(total), number(MAX_SHOWN))}>
      <p>{t.groupedHint}</p>
      <Button className="small" onClick={() => setAll('1')}>
        {t.showAll}
      </Button>
    </Notice>
  )
}

function Nothing() {
  const t = useWords(TOPOLOGY_WORDS)
  return (
    <FirstStep
      title={t.none}
      hint={t.noneHint}
      command="services"
      operation="readTopology"
      action={
        <Link className="button primary" to="/routes">
          {t.toRoutes}
        </Link>
      }
    />
  )
}
