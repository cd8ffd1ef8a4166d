// What a thing of the picture is called.

import type { TopologyNode } from '../../api/contract.ts'
import type { TOPOLOGY_WORDS } from './words.ts'

export function nodeName(
  t: (typeof TOPOLOGY_WORDS)['en'],
  { kind, name }: Pick<TopologyNode, 'kind' | 'name'>,
): string {
  if (kind === 'clients') return t.clients
  if (kind === 'egress') return t.gateway
  return name === '…' ? t.others : name
}
