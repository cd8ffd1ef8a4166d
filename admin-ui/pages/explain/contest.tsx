// Which route wins: the one that takes the request, then all that were thought of, each with why it lost.

import type { PlacedExplanation } from '../../api/contract.ts'
import { Badge, Panel } from '../../kit/page.tsx'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { PlaceLink } from './place-link.tsx'
import { EXPLAIN_WORDS } from './words.ts'

/** As many as the gateway tells. */
const MAX_TOLD = 20

export function Contest({ explanation }: { readonly explanation: PlacedExplanation }) {
  const t = useWords(EXPLAIN_WORDS)
  const { lost, route, plane, steps } = explanation
  if (plane !== 'edge' || (lost.length === 0 && route === null)) return null
  const won = steps.find(({ step }) => step === 'route')
  return (
    <Panel title={t.contest}>
      <ol className="changes">
        <li className="row">
          <Badge tone={route === null ? 'bad' : 'ok'}>{route === null ? t.nobody : t.wins}</Badge>
          {route !== null && (
            <Link to={`/routes/${encodeURIComponent(route)}`}>
              <strong>{route}</strong>
            </Link>
          )}
          {won !== undefined && <span className="breakable">{won.detail}</span>}
          {won !== undefined && won.place !== null && <PlaceLink place={won.place} />}
        </li>
        {lost.map(({ route: name, why, detail, place }) => (
          <li key={name} className="row">
            <Badge tone="neutral">{wordFor(t.why, why)}</Badge>
            <Link to={`/routes/${encodeURIComponent(name)}`}>{name}</Link>
            <span className="breakable">{detail}</span>
            {place !== null && <PlaceLink place={place} />}
          </li>
        ))}
      </ol>
      {lost.length === MAX_TOLD && <p className="hint">{t.nearest(MAX_TOLD)}</p>}
    </Panel>
  )
}
