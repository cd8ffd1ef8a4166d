// Where to go from a tab without policies: to the routes, or to the first of them.

import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { POLICY_WORDS } from './words.ts'

export function ToRoutes() {
  const t = useWords(POLICY_WORDS)
  return (
    <Link className="button primary" to="/routes">
      {t.toRoutes}
    </Link>
  )
}

export function ToFirstService() {
  const t = useWords(POLICY_WORDS)
  return (
    <Link className="button primary" to="/first-service">
      {t.firstService}
    </Link>
  )
}
