// Applies a route's `rewrite:` to a canonical path.

import type { PathPattern, Rewrite } from './plan.ts'

/**
 * The path the service sees: the fixed part of a `/x/*` template replaced by the rewrite's prefix, so that under
 * `/orders/*` and prefix `/` the path `/orders/7` becomes `/7` and `/orders` becomes `/`. The path matches the template.
 */
export function rewritePath(path: string, pattern: PathPattern, rewrite: Rewrite): string {
  const rest = path.slice(pattern.template.length - '/*'.length)
  return rewrite.prefix === '/' ? rest || '/' : rewrite.prefix + rest
}
