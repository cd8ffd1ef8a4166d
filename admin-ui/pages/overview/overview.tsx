// The first page: how things are, what is served, and everything that somebody should look at.

import { useMemo } from 'react'
import type { NodeState, Served } from '../../api/contract.ts'
import { CONFIG, DENIED, NODE, revisions, SERVICES } from '../../api/resources.ts'
import { useResource, type Reading } from '../../api/resource.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { Page, Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Attention } from './attention.tsx'
import { FirstSteps } from './first-steps.tsx'
import { GoldenSignals } from './golden-signals.tsx'
import { Nodes } from './nodes.tsx'
import { NowTiles } from './now-tiles.tsx'
import { StoreBanner } from './store-banner.tsx'
import { Tile } from './tile.tsx'
import { OVERVIEW_WORDS } from './words.ts'
import { Workers } from './workers.tsx'

const POLL_MS = 5000
/** Figures of the moment move within two seconds, and a store that is away is seen within five. */
const NODE_POLL_MS = 1000

export function Overview() {
  const t = useWords(OVERVIEW_WORDS)
  const reading = useResource(CONFIG)
  return (
    <Page title={t.title} lead={t.lead}>
      <Loaded resource={CONFIG} reading={reading}>
        {(served) => <Content served={served} />}
      </Loaded>
    </Page>
  )
}

function Content({ served }: { readonly served: Served }) {
  const t = useWords(OVERVIEW_WORDS)
  const config = useMemo(() => parseConfig(served.text), [served.text])
  const hasEgress = config.root['egress'] !== undefined
  const node = useResource(NODE, NODE_POLL_MS)
  const services = useResource(SERVICES, POLL_MS)
  const denied = useResource(hasEgress ? DENIED : null, POLL_MS)
  const endpoints = services.data?.items.flatMap((service) => service.endpoints) ?? null
  return (
    <>
      {node.data !== null && <StoreBanner store={node.data.limitStore} />}
      <NowTiles reading={node} />
      <Tiles
        served={served}
        routes={config.routes.length}
        open={config.routes.filter(({ auth }) => auth.kind === 'public').length}
        endpoints={endpoints}
        denied={denied.data?.items.length ?? null}
      />
      <Attention
        served={served}
        config={config}
        node={node.data}
        services={services.data?.items ?? []}
        denied={denied.data?.items ?? []}
        refusals={[node.refusal, services.refusal, denied.refusal].filter((one) => one !== null)}
      />
      {config.routes.length === 0 ? <FirstSteps /> : <GoldenSignals />}
      <ThisNode reading={node} title={t.workers} />
      <Nodes />
    </>
  )
}

interface ThisNodeProps {
  readonly reading: Reading<NodeState>
  readonly title: string
}

function ThisNode({ reading, title }: ThisNodeProps) {
  if (reading.data === null || reading.data.workers.length === 0) return null
  return (
    <Panel title={title} actions={<Age reading={reading} pollMs={NODE_POLL_MS} />}>
      <Workers workers={reading.data.workers} />
    </Panel>
  )
}

interface TilesProps {
  readonly served: Served
  readonly routes: number
  readonly open: number
  readonly endpoints: readonly { readonly isTroubled: boolean }[] | null
  readonly denied: number | null
}

function Tiles({ served, routes, open, endpoints, denied }: TilesProps) {
  const t = useWords(OVERVIEW_WORDS)
  const { number } = useFormat()
  const { data } = useResource(revisions(null))
  const head = data?.items.find((one) => one.number === served.revision)
  const troubled = endpoints?.filter(({ isTroubled }) => isTroubled).length ?? 0
  return (
    <div className="tiles">
      <Tile
        to={served.revision === null ? '/revisions' : `/revisions/${served.revision}`}
        name={t.revision}
        value={served.revision === null ? '–' : String(served.revision)}
        note={head === undefined ? '' : t.by(head.author || t.origins[head.origin])}
      />
      <Tile to="/routes" name={t.routes} value={number(routes)} note={t.publicRoutes(open)} />
      <Tile
        to={troubled > 0 ? '/services?only=trouble' : '/services'}
        name={t.endpoints}
        value={endpoints === null ? '–' : number(endpoints.length)}
        note={endpoints === null ? '' : t.troubled(troubled)}
      />
      <Tile
        to="/egress"
        name={t.denied}
        value={denied === null ? '–' : number(denied)}
        note={denied === null ? t.noEgress : t.deniedNote}
      />
    </div>
  )
}
