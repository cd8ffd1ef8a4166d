// What a scoped role is for: named routes, services, and namespaces of services.

/** One entry of a scope: `route:orders`, `service:billing`, `service:shop/cart`, `namespace:shop`. */
export const SCOPE_PATTERN =
  '^(route:[A-Za-z0-9][A-Za-z0-9._-]{0,62}|service:([A-Za-z0-9][A-Za-z0-9._-]{0,62}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,62}|namespace:[A-Za-z0-9][A-Za-z0-9._-]{0,62})$'

/** Whether a role of this scope reaches `resource`. Names are compared whole: `route:prod` is not `route:prod-2`. */
export function isInScope(scope: readonly string[], resource: string): boolean {
  if (scope.length === 0) return true
  const name = canonical(resource)
  const namespace = /^service:(?:([^/]+)\/)?[^/]+$/.exec(name)
  return scope.some((entry) => {
    const own = canonical(entry)
    return own === name || (namespace !== null && own === `namespace:${namespace[1] ?? 'default'}`)
  })
}

/** Whether everything that `inner` reaches is reached by `outer`. */
export function isWithin(inner: readonly string[], outer: readonly string[]): boolean {
  if (outer.length === 0) return true
  return inner.length > 0 && inner.every((resource) => isInScope(outer, resource))
}

function canonical(resource: string): string {
  return resource.replace(/^service:default\//, 'service:')
}
