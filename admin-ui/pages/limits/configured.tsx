// Every limit of the configuration, with its route.

import { useMemo } from 'react'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { Panel } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { LIMIT_WORDS } from './words.ts'

export function Configured() {
  const t = useWords(LIMIT_WORDS)
  const { data } = useResource(CONFIG)
  const text = data?.text ?? ''
  const limits = useMemo(
    () =>
      parseConfig(text).routes.flatMap((route) =>
        route.limits.map((limit) => ({ route: route.name, limit })),
      ),
    [text],
  )
  return (
    <Panel title={t.limits}>
      <ul className="changes">
        {limits.map(({ route, limit }) => (
          <li key={`${route} ${limit}`} className="row">
            <Link to={`/routes/${encodeURIComponent(route)}`}>{route}</Link>
            <code>{limit}</code>
          </li>
        ))}
      </ul>
      {limits.length === 0 && <p className="muted">{t.none}</p>}
    </Panel>
  )
}
