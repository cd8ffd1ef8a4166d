// The other nodes: that all serve the same, run the same version and have the same time.

import { errorMessage } from '../../../../sidecar/runtime/errors.ts'
import type { CheckContext } from '../check-context.ts'
import type { Finding } from '../check.ts'
import type { NodeView } from '../fleet-summary.ts'
import { shortList } from './shown.ts'

const SKEW_MS = 1000

/** [] for a node that works alone. */
export async function checkFleet({ running }: CheckContext): Promise<readonly Finding[]> {
  const ask = running?.nodes ?? null
  if (ask === null) return []
  try {
    const nodes = await ask()
    return [serving(nodes), versions(nodes), clocks(nodes)]
  } catch (error) {
    const reason = errorMessage(error)
    return [{ id: 'fleet.nodes', status: 'failed', say: (t) => t.nodesAway(reason) }]
  }
}

function serving(nodes: readonly NodeView[]): Finding {
  const id = 'fleet.nodes'
  const bad = nodes.filter(({ health }) => health !== 'serving')
  if (bad.length === 0) return { id, status: 'ok', say: (t) => t.nodesGood(nodes.length) }
  const isBroken = bad.some(({ health }) => health === 'failed')
  const shown = shortList(bad.map(({ name, health }) => `${name} (${health})`))
  return { id, status: isBroken ? 'failed' : 'warning', say: (t) => t.nodesBad(shown) }
}

function versions(nodes: readonly NodeView[]): Finding {
  const id = 'fleet.versions'
  // One that went away does not take part in anything.
  const present = nodes.filter(({ health }) => health !== 'away')
  const known = [...new Set(present.map(({ version }) => version))]
  if (known.length <= 1) return { id, status: 'ok', say: (t) => t.versionsGood(known[0] ?? '-') }
  const shown = shortList(present.map(({ name, version }) => `${name} ${version}`))
  return { id, status: 'warning', say: (t) => t.versionsMixed(shown) }
}

function clocks(nodes: readonly NodeView[]): Finding {
  const id = 'fleet.clocks'
  const off = nodes.filter(({ skewMs }) => Math.abs(skewMs ?? 0) >= SKEW_MS)
  if (off.length === 0) return { id, status: 'ok', say: (t) => t.skewGood() }
  const shown = shortList(off.map(({ name, skewMs }) => `${name} ${Math.round(skewMs ?? 0)} ms`))
  return { id, status: 'warning', say: (t) => t.skewFound(shown) }
}
