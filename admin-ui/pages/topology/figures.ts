// What goes along a line, in one line of text.

import type { TopologyEdge } from '../../api/contract.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { TOPOLOGY_WORDS } from './words.ts'

/** The figures are of five minutes. */
const WINDOW_S = 300

export function perSecond({ requests }: TopologyEdge): number {
  return rounded(requests / WINDOW_S)
}

/** Of all requests; 0 without one. */
export function percent(part: number, { requests }: TopologyEdge): number {
  return requests === 0 ? 0 : rounded((part / requests) * 100)
}

export function useFigureText(): (edge: TopologyEdge) => string {
  const t = useWords(TOPOLOGY_WORDS)
  const { number } = useFormat()
  return (edge) => {
    const parts = [
      `${number(perSecond(edge))} ${t.perSecond}`,
      `${number(percent(edge.failed, edge))} % ${t.failed}`,
    ]
    if (edge.p95Ms !== null) parts.push(`p95 ${number(Math.round(edge.p95Ms))} ms`)
    return parts.join(' · ')
  }
}

function rounded(value: number): number {
  return value >= 10 ? Math.round(value) : Math.round(value * 100) / 100
}
