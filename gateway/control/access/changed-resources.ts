// Which routes and services differ between two configurations, for roles that are for some of them only.

interface Parts {
  readonly routes: ReadonlyMap<string, string>
  readonly services: ReadonlyMap<string, string>
  /** Everything else. */
  readonly rest: string
}

/** What no scope reaches. */
const EVERYTHING = 'everything'

/**
 * `route:orders`, `service:billing` …; `everything` where anything else differs, or a route has no name of its own.
 * Both are the values of configuration files as they are read, sound or not.
 */
export function changedResources(before: unknown, after: unknown): readonly string[] {
  const [one, other] = [partsOf(before), partsOf(after)]
  if (one === null || other === null || one.rest !== other.rest) return [EVERYTHING]
  return [
    ...differing(one.routes, other.routes).map((name) => `route:${name}`),
    ...differing(one.services, other.services).map((name) => `service:${name}`),
  ]
}

function partsOf(config: unknown): Parts | null {
  if (typeof config !== 'object' || config === null) return null
  const { routes = [], services = {}, ...rest } = config as Record<string, unknown>
  if (!Array.isArray(routes) || typeof services !== 'object' || services === null) return null
  const named = new Map<string, string>()
  for (const route of routes as unknown[]) {
    const name = (route as { name?: unknown } | null)?.name
    if (typeof name !== 'string' || named.has(name)) return null
    named.set(name, canonical(route))
  }
  return {
    routes: named,
    services: new Map(Object.entries(services).map(([name, value]) => [name, canonical(value)])),
    rest: canonical(rest),
  }
}

function differing(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name))
}

/** Text that is the same for the same value, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}
