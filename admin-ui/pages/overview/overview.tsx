// The first page: what is served, and everything that somebody should look at.

import { useMemo } from 'react'
import type { Served } from '../../api/contract.ts'
import { CONFIG, DENIED, INSTANCES, revisions } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { Page } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { Attention } from './attention.tsx'
import { FirstSteps } from './first-steps.tsx'
import { GoldenSignals } from './golden-signals.tsx'
import { Nodes } from './nodes.tsx'
import { OVERVIEW_WORDS } from './words.ts'

const POLL_MS = 5000

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
  const config = useMemo(() => parseConfig(served.text), [served.text])
  const hasMesh = config.root['mesh'] !== undefined
  const hasEgress = config.root['egress'] !== undefined
  const instances = useResource(hasMesh ? INSTANCES : null, POLL_MS)
  const denied = useResource(hasEgress ? DENIED : null, POLL_MS)
  return (
    <>
      <Tiles
        served={served}
        routes={config.routes.length}
        open={config.routes.filter(({ auth }) => auth.kind === 'public').length}
        instances={instances.data?.items ?? null}
        denied={denied.data?.items.length ?? null}
      />
      <Attention
        served={served}
        config={config}
        instances={instances.data?.items ?? []}
        denied={denied.data?.items ?? []}
        refusals={[instances.refusal, denied.refusal].filter((refusal) => refusal !== null)}
      />
      {config.routes.length === 0 ? <FirstSteps /> : <GoldenSignals />}
      <Nodes />
    </>
  )
}

interface TilesProps {
  readonly served: Served
  readonly routes: number
  readonly open: number
  readonly instances: readonly { readonly healthy: boolean }[] | null
  readonly denied: number | null
}

function Tiles({ served, routes, open, instances, denied }: TilesProps) {
  const t = useWords(OVERVIEW_WORDS)
  const { number } = useFormat()
  const { data } = useResource(revisions(null))
  const head = data?.items.find((one) => one.number === served.revision)
  const healthy = instances?.filter((one) => one.healthy).length ?? 0
  return (
    <div className="tiles">
      <Tile
        to={served.revision === null ? '/revisions' : `/revisions/${served.revision}`}
        name={t.revision}
        value={served.revision === null ? '–' : String(served.revision)}
        note={head === undefined ? '' : t.by(head.author || head.origin)}
      />
      <Tile to="/routes" name={t.routes} value={number(routes)} note={t.publicRoutes(open)} />
      <Tile
        to="/services"
        name={t.instances}
        value={instances === null ? '–' : number(instances.length)}
        note={instances === null ? t.noMesh : t.healthy(number(healthy), number(instances.length))}
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

interface TileProps {
  readonly to: string
  readonly name: string
  readonly value: string
  readonly note: string
}

function Tile({ to, name, value, note }: TileProps) {
  return (
    <Link to={to} className="tile">
      <span className="name">{name}</span>
      <span className="value">{value}</span>
      <span className="note">{note}</span>
    </Link>
  )
}
