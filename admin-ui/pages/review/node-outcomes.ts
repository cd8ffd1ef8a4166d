// What became of a change on each node of the fleet: under way, served, or refused and why.

import type { FieldProblem } from '../../api/contract.ts'

/** A change as a whole. Revisions are null where nobody has written one down. */
export type Rollout =
  | { readonly kind: 'applying'; readonly before: number | null }
  | { readonly kind: 'served'; readonly revision: number | null; readonly names: readonly string[] }
  | { readonly kind: 'refused'; readonly errors: readonly FieldProblem[] }

export type NodeOutcome =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'serves'; readonly revision: number | null }
  | { readonly kind: 'refuses'; readonly reasons: readonly string[] }
  /** Another node refused, so that nothing changed here. */
  | { readonly kind: 'as-before'; readonly revision: number | null }

export interface NodeRow {
  readonly name: string
  readonly outcome: NodeOutcome
}

/** As the gateway points at a node in its refusals. */
const POINTER = /^\/nodes\/([^/]+)$/

/** What is known of a node before anybody asks for a change. */
interface KnownNode {
  readonly name: string
  readonly revision: number | null
}

/** One row for each node that is known or was named, by name. */
export function nodeRows(nodes: readonly KnownNode[], rollout: Rollout): readonly NodeRow[] {
  const revisions = new Map(nodes.map(({ name, revision }) => [name, revision]))
  const refused =
    rollout.kind === 'refused' ? refusedBy(rollout.errors) : new Map<string, string[]>()
  const served = rollout.kind === 'served' ? rollout.names : []
  const names = [...new Set([...revisions.keys(), ...refused.keys(), ...served])].toSorted()
  return names.map((name) => {
    const revision = revisions.get(name) ?? null
    const reasons = refused.get(name)
    const outcome =
      reasons === undefined
        ? outcomeOf(name, revision, rollout)
        : ({ kind: 'refuses', reasons } as const)
    return { name, outcome }
  })
}

function outcomeOf(name: string, revision: number | null, rollout: Rollout): NodeOutcome {
  switch (rollout.kind) {
    case 'applying': {
      const isNew = revision !== null && revision > (rollout.before ?? 0)
      return isNew ? { kind: 'serves', revision } : { kind: 'waiting' }
    }
    case 'served': {
      // A node that works alone is not named; one that is away is not among those that were.
      const isAmong = rollout.names.length === 0 || rollout.names.includes(name)
      return isAmong
        ? { kind: 'serves', revision: rollout.revision }
        : { kind: 'as-before', revision }
    }
    case 'refused':
      return { kind: 'as-before', revision }
  }
}

function refusedBy(errors: readonly FieldProblem[]): Map<string, string[]> {
  const refused = new Map<string, string[]>()
  for (const { pointer, detail } of errors) {
    const [, escaped] = POINTER.exec(pointer) ?? []
    if (escaped === undefined) continue
    const name = escaped.replaceAll('~1', '/').replaceAll('~0', '~')
    refused.set(name, [...(refused.get(name) ?? []), detail])
  }
  return refused
}
