// The same as the picture, as lists within lists: for the keyboard, for narrow screens, for those who do not see it.

import { useMemo, useState } from 'react'
import type { TopologyEdge } from '../../api/contract.ts'
import { Badge } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import { useFigureText } from './figures.ts'
import type { Shown, ShownNode } from './group.ts'
import { nodeName } from './names.ts'
import { edgeId } from './picture.tsx'
import { rootsOf } from './roots.ts'
import { TOPOLOGY_WORDS } from './words.ts'

export interface TreeProps {
  readonly label: string
  readonly shown: Shown
  readonly picked: string
  readonly onPick: (id: string) => void
}

interface Index {
  readonly nodes: ReadonlyMap<string, ShownNode>
  readonly from: ReadonlyMap<string, readonly TopologyEdge[]>
  readonly picked: string
  readonly onPick: (id: string) => void
}

const TONES = { well: 'ok', troubled: 'bad', drained: 'info', unknown: 'neutral' } as const

export function Tree({ label, shown, picked, onPick }: TreeProps) {
  const index = useMemo((): Index => {
    return {
      nodes: new Map(shown.nodes.map((node) => [node.id, node])),
      from: Map.groupBy(shown.edges, ({ from }) => from),
      picked,
      onPick,
    }
  }, [shown, picked, onPick])
  const roots = useMemo(() => rootsOf(shown), [shown])
  return (
    <ul className="topology-tree" aria-label={label}>
      {roots.map((node) => (
        <Branch key={node.id} node={node} edge={null} index={index} depth={0} />
      ))}
    </ul>
  )
}

interface BranchProps {
  readonly node: ShownNode
  /** By which it is reached; null for a root. */
  readonly edge: TopologyEdge | null
  readonly index: Index
  readonly depth: number
}

function Branch({ node, edge, index, depth }: BranchProps) {
  const edges = node.kind === 'egress' && depth > 0 ? [] : (index.from.get(node.id) ?? [])
  const [isOpen, setOpen] = useState(depth < 2)
  const t = useWords(TOPOLOGY_WORDS)
  if (edges.length === 0) {
    return (
      <li>
        <Leaf node={node} edge={edge} index={index} />
      </li>
    )
  }
  return (
    <li>
      <button
        type="button"
        className="twist"
        aria-expanded={isOpen}
        aria-label={t.below(nodeName(t, node))}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? '▾' : '▸'}
      </button>
      <Leaf node={node} edge={edge} index={index} />
      {isOpen && (
        <ul>
          {edges.map((way) => {
            const next = index.nodes.get(way.to)
            return (
              next && <Branch key={way.to} node={next} edge={way} index={index} depth={depth + 1} />
            )
          })}
        </ul>
      )}
    </li>
  )
}

function Leaf({ node, edge, index }: Omit<BranchProps, 'depth'>) {
  const t = useWords(TOPOLOGY_WORDS)
  const figureText = useFigureText()
  const id = edge === null ? node.id : edgeId(edge)
  const name = nodeName(t, node)
  return (
    <span className="leaf">
      <span className="muted">{t.kinds[node.kind]}</span>
      <button
        type="button"
        className="as-link breakable"
        aria-pressed={index.picked === id}
        onClick={() => index.onPick(id)}
      >
        {node.count > 1 ? `${name} (${node.count})` : name}
      </button>
      {node.state !== 'unknown' && <Badge tone={TONES[node.state]}>{t.states[node.state]}</Badge>}
      {edge?.tls === 'mtls' && <Badge tone="neutral">mTLS</Badge>}
      {edge !== null && edge.requests > 0 && <span className="hint">{figureText(edge)}</span>}
      {node.reason !== '' && <span className="hint breakable">{node.reason}</span>}
    </span>
  )
}
