// Where a request of the app is meant to go: a service of the mesh by its name under `.mesh`, or somewhere else.

const SUFFIX = '.mesh'
const DEFAULT_NAMESPACE = 'default'

/** Whether the name belongs to the mesh, known or not; nothing of that kind ever goes to a name server or outside. */
export function isMeshHost(host: string): boolean {
  return host.endsWith(SUFFIX) || host === 'mesh'
}

/**
 * Service names by the hosts that stand for them, lower case: `billing.mesh` and `billing.default.mesh` for `billing`,
 * `billing.team.mesh` for `team/billing`. Of two services that would share a host, neither has it.
 */
export function meshHosts(services: Iterable<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const shared = new Set<string>()
  for (const service of services) {
    for (const host of hostsOf(service)) {
      if (names.has(host)) shared.add(host)
      names.set(host, service)
    }
  }
  for (const host of shared) names.delete(host)
  return names
}

function hostsOf(service: string): readonly string[] {
  const [first = '', second] = service.toLowerCase().split('/')
  if (second === undefined) return [`${first}${SUFFIX}`, `${first}.${DEFAULT_NAMESPACE}${SUFFIX}`]
  return [`${second}.${first}${SUFFIX}`]
}
