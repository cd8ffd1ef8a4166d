// What somebody should look at, from everything that is known, the most urgent first: a pure function.

import type {
  AcmeCertificate,
  EndpointView,
  Health,
  NodeState,
  ServiceView,
} from '../../api/contract.ts'

export interface AttentionItem {
  readonly tone: 'bad' | 'warn'
  readonly text: string
  /** Where it is dealt with. */
  readonly to: string
}

export interface DueCertificate {
  /** The file as configured, or whose it is. */
  readonly place: string
  readonly names: readonly string[]
  /** Negative once it has expired. */
  readonly daysLeft: number
  readonly state: string
}

/** A node of the fleet. */
export interface FleetNode {
  readonly name: string
  readonly health: Health
  readonly reason: string
}

/** The words that are needed here, in one language. */
export interface AttentionWords {
  readonly endpoint: (what: string, reason: string) => string
  readonly drained: (what: string, by: string) => string
  readonly moreEndpoints: (count: number) => string
  readonly silent: (count: number) => string
  readonly store: string
  readonly drift: (file: string) => string
  readonly fileAway: (file: string, reason: string) => string
  readonly node: (name: string, health: string, reason: string) => string
  readonly healths: Readonly<Record<Exclude<Health, 'serving'>, string>>
  readonly certificate: (name: string, days: number) => string
  readonly certificateFaulty: (name: string) => string
  readonly moreCertificates: (count: number) => string
  readonly notIssued: (name: string, reason: string) => string
}

/** More of a kind are told as a number. */
const MAX_OF_A_KIND = 5

export function endpointItems(
  say: AttentionWords,
  services: readonly ServiceView[],
  reasonOf: (endpoint: EndpointView) => string,
): AttentionItem[] {
  const items: AttentionItem[] = []
  for (const { name: service, endpoints } of services) {
    for (const endpoint of endpoints) {
      const { name, isTroubled, drain } = endpoint
      const what = service === name ? name : `${service}: ${name}`
      const to = `/services?${new URLSearchParams({ q: `${service} ${name}` })}`
      if (drain !== null) {
        items.push({ tone: 'warn', text: say.drained(what, drain.by), to })
      } else if (isTroubled)
        items.push({ tone: 'bad', text: say.endpoint(what, reasonOf(endpoint)), to })
    }
  }
  return atMost(items, (more) => ({
    tone: 'bad',
    text: say.moreEndpoints(more),
    to: '/services?only=trouble',
  }))
}

/** As control or the workers see it. */
export function isStoreAway({ state, fault }: NodeState['limitStore']): boolean {
  return fault !== null || state === 'degraded' || state === 'suspect'
}

export function nodeItems(say: AttentionWords, node: NodeState | null): AttentionItem[] {
  if (node === null) return []
  const { silent, limitStore, file } = node
  const items: AttentionItem[] = []
  if (silent > 0) items.push({ tone: 'bad', text: say.silent(silent), to: '/' })
  if (isStoreAway(limitStore)) {
    items.push({ tone: 'bad', text: say.store, to: '/limits' })
  }
  if (file.kind === 'differs') {
    items.push({ tone: 'warn', text: say.drift(file.name), to: '/config' })
  } else if (file.kind === 'unreadable') {
    items.push({ tone: 'warn', text: say.fileAway(file.name, file.reason), to: '/config' })
  }
  return items
}

export function fleetItems(say: AttentionWords, nodes: readonly FleetNode[]): AttentionItem[] {
  return nodes.flatMap(({ name, health, reason }): AttentionItem[] => {
    if (health === 'serving') return []
    const text = say.node(name, say.healths[health], reason)
    return [{ tone: health === 'behind' ? 'warn' : 'bad', text, to: '/revisions' }]
  })
}

export function certificateItems(
  say: AttentionWords,
  certificates: readonly DueCertificate[],
): AttentionItem[] {
  const due = certificates.filter(({ state }) => state !== 'good')
  const items = due.map(({ place, names, daysLeft, state }): AttentionItem => {
    const what = names[0] ?? place
    const text = state === 'faulty' ? say.certificateFaulty(what) : say.certificate(what, daysLeft)
    return { tone: state === 'due' ? 'warn' : 'bad', text, to: '/certificates' }
  })
  return atMost(items, (more) => ({
    tone: 'warn',
    text: say.moreCertificates(more),
    to: '/certificates',
  }))
}

/** Certificates that an authority was to issue by itself and did not. */
export function issueItems(
  say: AttentionWords,
  certificates: readonly AcmeCertificate[],
): AttentionItem[] {
  return certificates.flatMap(({ names, state, notAfterMs }): AttentionItem[] => {
    if (state.kind !== 'failed') return []
    const text = say.notIssued(names[0] ?? '', state.reason)
    return [{ tone: notAfterMs === null ? 'bad' : 'warn', text, to: '/certificates' }]
  })
}

function atMost(
  items: readonly AttentionItem[],
  rest: (more: number) => AttentionItem,
): AttentionItem[] {
  const shown = items.slice(0, MAX_OF_A_KIND)
  return items.length === shown.length ? shown : [...shown, rest(items.length - shown.length)]
}
