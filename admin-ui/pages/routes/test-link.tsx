// From a route to Explain, with a request filled in that the route is for.

import type { RouteView } from '../../config-text/parse.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { requestOf } from '../explain/example-request.ts'
import { ROUTE_WORDS } from './words.ts'

export interface TestLinkProps {
  readonly route: RouteView
  readonly className?: string
  /** One word, where many stand below each other. */
  readonly isShort?: boolean
}

export function TestLink({ route, className, isShort = false }: TestLinkProps) {
  const t = useWords(ROUTE_WORDS)
  const { url, method } = requestOf(route)
  const query = new URLSearchParams({ url, ...(method !== 'GET' && { method }) })
  return (
    <Link
      className={className}
      to={`/explain?${query.toString()}`}
      {...(isShort && { 'aria-label': t.testNamed(route.name) })}
    >
      {isShort ? t.testOne : t.test}
    </Link>
  )
}
