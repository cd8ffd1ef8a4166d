// The picture itself: boxes in columns and lines between them; what colour says, a sign says too.

import { useMemo, useRef, type KeyboardEvent } from 'react'
import type { TopologyEdge } from '../../api/contract.ts'
import { useWords } from '../../language/words.ts'
import type { Shown } from './group.ts'
import {
  draw,
  middleOf,
  NODE_HEIGHT,
  NODE_WIDTH,
  pathBetween,
  place,
  type Placed,
  type Placement,
} from './layout.ts'
import { nodeName } from './names.ts'
import { TOPOLOGY_WORDS } from './words.ts'

/** One of so many may fail before a line is marked. */
const MOST_FAILED = 100
/** A picture that is narrower than this needs no shrinking. */
const LEAST_WIDTH = 860
/** Characters that fit beside the sign. */
const FITTING = 20
const SIGNS = { well: '●', troubled: '▲', drained: '◇', unknown: '' } as const

export interface PictureProps {
  readonly label: string
  readonly shown: Shown
  /** Id of a node, or `from to` of an edge. */
  readonly picked: string
  readonly onPick: (id: string) => void
}

export function Picture({ label, shown, picked, onPick }: PictureProps) {
  const placement = useRef<Placement>(new Map())
  const { nodes, width, height } = useMemo(() => {
    placement.current = place(placement.current, shown.nodes, shown.edges)
    return draw(shown.nodes, placement.current)
  }, [shown])
  const byId = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes])
  return (
    <div className="topology-frame" tabIndex={0} role="region" aria-label={label}>
      <svg
        className={width < LEAST_WIDTH ? 'topology narrow' : 'topology'}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label={label}
      >
        {shown.edges.map((edge) => {
          const [from, to] = [byId.get(edge.from), byId.get(edge.to)]
          if (from === undefined || to === undefined) return null
          const id = edgeId(edge)
          return (
            <Way
              key={id}
              edge={edge}
              path={pathBetween(from, to)}
              at={middleOf(from, to)}
              isPicked={picked === id}
              onPick={() => onPick(id)}
            />
          )
        })}
        {nodes.map((node) => (
          <Box
            key={node.id}
            node={node}
            isPicked={picked === node.id}
            onPick={() => onPick(node.id)}
          />
        ))}
      </svg>
    </div>
  )
}

export function edgeId({ from, to }: TopologyEdge): string {
  return `${from} ${to}`
}

interface BoxProps {
  readonly node: Placed
  readonly isPicked: boolean
  readonly onPick: () => void
}

function Box({ node, isPicked, onPick }: BoxProps) {
  const t = useWords(TOPOLOGY_WORDS)
  const { x, y, kind, state, reason, detail, count } = node
  const name = nodeName(t, node)
  const text = count > 1 ? `${name} (${count})` : name
  const sign = SIGNS[state]
  const said = [t.kinds[kind], text, state === 'unknown' ? '' : t.states[state], reason]
  return (
    <g
      className={`box ${state} ${isPicked ? 'picked' : ''}`}
      transform={`translate(${x} ${y})`}
      role="button"
      tabIndex={0}
      aria-pressed={isPicked}
      aria-label={said.filter(Boolean).join(', ')}
      onClick={onPick}
      onKeyDown={(event) => pressed(event, onPick)}
    >
      <title>{[text, detail, reason].filter(Boolean).join('\n')}</title>
      <rect width={NODE_WIDTH} height={NODE_HEIGHT} rx="7" />
      {sign !== '' && (
        <text className="sign" x="12" y={NODE_HEIGHT / 2 + 5}>
          {sign}
        </text>
      )}
      <text x={sign === '' ? 12 : 30} y={NODE_HEIGHT / 2 + 5}>
        {text.length > FITTING ? `${text.slice(0, FITTING - 1)}…` : text}
      </text>
    </g>
  )
}

interface WayProps {
  readonly edge: TopologyEdge
  readonly path: string
  /** Its middle. */
  readonly at: readonly [x: number, y: number]
  readonly isPicked: boolean
  readonly onPick: () => void
}

/** Reached by keyboard through the boxes at its ends, and in the list. */
function Way({ edge, path, at: [x, y], isPicked, onPick }: WayProps) {
  const { requests, failed, tls } = edge
  const isFailing = failed * MOST_FAILED > requests
  const kind = isFailing ? 'failing' : requests > 0 ? 'used' : 'idle'
  const width = requests === 0 ? 1.2 : Math.min(6, 1.6 + Math.log10(requests))
  return (
    <g className={`way ${kind} ${isPicked ? 'picked' : ''}`} onClick={onPick} aria-hidden="true">
      <path className="hit" d={path} />
      <path className="line" d={path} strokeWidth={width} />
      {tls === 'mtls' && (
        <g className="lock" transform={`translate(${x - 7} ${y - 8})`}>
          <rect x="-3" y="-2" width="20" height="20" rx="10" />
          <path d="M3 8V5.5a4 4 0 0 1 8 0V8M2 8h10v6H2z" />
        </g>
      )}
      {isFailing && (
        <g className="alarm" transform={`translate(${x + (tls === 'mtls' ? 22 : 0)} ${y})`}>
          <circle r="9" />
          <text textAnchor="middle" y="5">
            !
          </text>
        </g>
      )}
    </g>
  )
}

function pressed(event: KeyboardEvent, onPick: () => void): void {
  if (event.key !== 'Enter' && event.key !== ' ') return
  event.preventDefault()
  onPick()
}
