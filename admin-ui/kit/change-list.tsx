// Changes by the names of things, each with what was and what will be.

import type { Change } from '../config-text/changes.ts'
import { useWords } from '../language/words.ts'
import { Badge } from './page.tsx'
import { KIT_WORDS } from './words.ts'

const TONES = { added: 'ok', removed: 'bad', changed: 'info' } as const

export function ChangeList({ changes }: { readonly changes: readonly Change[] }) {
  const t = useWords(KIT_WORDS)
  return (
    <ul className="changes">
      {changes.map(({ kind, path, before, after }) => (
        <li key={path.join('/')}>
          <Badge tone={TONES[kind]}>{t[kind]}</Badge>{' '}
          <span className="path">{path.join(' › ')}</span>
          <div className="values">
            {before !== null && (
              <del>
                <span aria-hidden="true">− </span>
                {before}
              </del>
            )}
            {after !== null && (
              <ins>
                <span aria-hidden="true">+ </span>
                {after}
              </ins>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}
