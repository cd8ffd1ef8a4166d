// A place of the configuration file, and the way there.

import type { PlacedExplanation } from '../../api/contract.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { EXPLAIN_WORDS } from './words.ts'

export type Place = NonNullable<PlacedExplanation['steps'][number]['place']>

export function PlaceLink({ place: { file, line, column } }: { readonly place: Place }) {
  const t = useWords(EXPLAIN_WORDS)
  const name = file.slice(file.lastIndexOf('/') + 1)
  return <Link to={`/config?line=${line}&column=${column}`}>{t.place(name, line, column)}</Link>
}
