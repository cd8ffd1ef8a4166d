// More about what was picked: figures, identity and the way to the requests themselves.

import type { TopologyEdge } from '../../api/contract.ts'
import { Button } from '../../kit/button.tsx'
import { Badge } from '../../kit/page.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useFormat } from '../../language/format.ts'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { percent, perSecond, useFigureText } from './figures.ts'
import type { Shown, ShownNode } from './group.ts'
import { nodeName } from './names.ts'
import { edgeId } from './picture.tsx'
import { TOPOLOGY_WORDS } from './words.ts'

export interface SidePanelProps {
  readonly shown: Shown
  readonly picked: string
  readonly onPick: (id: string) => void
}

export function SidePanel({ shown, picked, onPick }: SidePanelProps) {
  const t = useWords(TOPOLOGY_WORDS)
  const kit = useWords(KIT_WORDS)
  const nodes = new Map(shown.nodes.map((node) => [node.id, node]))
  const node = nodes.get(picked)
  const edge = shown.edges.find((one) => edgeId(one) === picked)
  if (node === undefined && edge === undefined) return null
  const nameOf = (id: string): string => {
    const found = nodes.get(id)
    return found === undefined ? id : nodeName(t, found)
  }
  return (
    <aside className="panel topology-side" aria-label={kit.details}>
      <header>
        <h2 className="breakable">
          {edge === undefined ? nodeName(t, node!) : `${nameOf(edge.from)} → ${nameOf(edge.to)}`}
        </h2>
        <Button kind="quiet" className="small" onClick={() => onPick('')}>
          {kit.close}
        </Button>
      </header>
      {edge === undefined ? (
        <AboutNode node={node!} shown={shown} nameOf={nameOf} onPick={onPick} />
      ) : (
        <AboutEdge edge={edge} />
      )}
    </aside>
  )
}

function AboutEdge({ edge }: { readonly edge: TopologyEdge }) {
  const t = useWords(TOPOLOGY_WORDS)
  const { number } = useFormat()
  const { failed, refused, meanMs, p95Ms, tls, peer, tail, requests } = edge
  const ms = (value: number | null): string =>
    value === null ? '–' : `${number(Math.round(value * 10) / 10)} ms`
  return (
    <>
      <dl className="facts">
        <dt>{t.rate}</dt>
        <dd>
          {number(perSecond(edge))} {t.perSecond}{' '}
          <span className="muted">({t.inFive(number(requests))})</span>
        </dd>
        <dt>{t.failedShare}</dt>
        <dd>{number(percent(failed, edge))} %</dd>
        <dt>{t.refusedShare}</dt>
        <dd>{number(percent(refused, edge))} %</dd>
        <dt>p95</dt>
        <dd>{p95Ms === null ? t.notKept : ms(p95Ms)}</dd>
        <dt>{t.mean}</dt>
        <dd>{ms(requests === 0 ? null : meanMs)}</dd>
        <dt>TLS</dt>
        <dd>
          <Badge tone={tls === 'none' ? 'neutral' : 'ok'}>{t.tls[tls]}</Badge>{' '}
          {tls === 'mtls' && <span className="hint">{t.bothProve}</span>}
        </dd>
        {peer !== null && (
          <>
            <dt>{t.peer}</dt>
            <dd>
              <code>{peer}</code>
            </dd>
          </>
        )}
      </dl>
      {tail !== null && (
        <Link className="button primary" to={tail === '' ? '/tail' : `/tail?${tail}`}>
          {t.openTail}
        </Link>
      )}
    </>
  )
}

/** A word of the configuration is explained; what was written there is shown. */
function Detail({ text }: { readonly text: string }) {
  const t = useWords(TOPOLOGY_WORDS)
  const said = wordFor(t.details, text)
  return said === text ? <code>{text}</code> : said
}

interface AboutNodeProps {
  readonly node: ShownNode
  readonly shown: Shown
  readonly nameOf: (id: string) => string
  readonly onPick: (id: string) => void
}

function AboutNode({ node, shown, nameOf, onPick }: AboutNodeProps) {
  const t = useWords(TOPOLOGY_WORDS)
  const figureText = useFigureText()
  const { id, kind, name, detail, state, reason, count } = node
  const edges = shown.edges.filter(({ from, to }) => from === id || to === id)
  const page = count > 1 ? null : pageOf(kind, name)
  return (
    <>
      <p className="row">
        <span className="muted">{t.kinds[kind]}</span>
        {count > 1 && <Badge tone="neutral">{t.together(count)}</Badge>}
        {state !== 'unknown' && (
          <Badge tone={state === 'troubled' ? 'bad' : state === 'drained' ? 'info' : 'ok'}>
            {t.states[state]}
          </Badge>
        )}
      </p>
      {detail !== '' && (
        <p className="breakable">
          <Detail text={detail} />
        </p>
      )}
      {reason !== '' && <p className="fault breakable">{reason}</p>}
      <ul className="changes ways">
        {edges.map((edge) => (
          <li key={edgeId(edge)}>
            <button
              type="button"
              className="as-link breakable"
              onClick={() => onPick(edgeId(edge))}
            >
              {nameOf(edge.from)} → {nameOf(edge.to)}
            </button>
            {edge.requests > 0 && <span className="hint">{figureText(edge)}</span>}
          </li>
        ))}
      </ul>
      {page !== null && (
        <Link className="button" to={page}>
          {t.openPage}
        </Link>
      )}
    </>
  )
}

function pageOf(kind: ShownNode['kind'], name: string): string | null {
  if (kind === 'route') return `/routes/${encodeURIComponent(name)}`
  if (kind === 'service' || kind === 'endpoint') return `/services?q=${encodeURIComponent(name)}`
  if (kind === 'destination') return '/egress/rules'
  return kind === 'caller' ? `/egress?q=${encodeURIComponent(name)}` : null
}
