// A unified diff as people read it: both line numbers, a sign and a colour for each line.

import { useWords } from '../language/words.ts'
import { KIT_WORDS } from './words.ts'

/** Lines beyond are not shown; the text can be downloaded. */
const MAX_LINES = 5000

interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'gap'
  readonly before: number | null
  readonly after: number | null
  readonly text: string
}

export function DiffView({ diff, label }: { readonly diff: string; readonly label: string }) {
  const t = useWords(KIT_WORDS)
  if (diff === '') return <p className="muted">{t.noDifference}</p>
  const lines = linesOf(diff)
  return (
    <div className="diff" tabIndex={0} role="region" aria-label={label}>
      <table>
        <tbody>
          {lines.slice(0, MAX_LINES).map(({ kind, before, after, text }, index) => (
            <tr key={index} className={kind}>
              <td className="number">{before}</td>
              <td className="number">{after}</td>
              <td className="sign">
                {kind === 'added' && <span aria-label={t.added}>+</span>}
                {kind === 'removed' && <span aria-label={t.removed}>−</span>}
              </td>
              <td className="text">{text === '' ? ' ' : text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function linesOf(diff: string): readonly DiffLine[] {
  const lines: DiffLine[] = []
  let before = 0
  let after = 0
  let isInside = false
  for (const line of diff.split('\n')) {
    const head = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line)
    if (head !== null) {
      if (isInside) lines.push({ kind: 'gap', before: null, after: null, text: '⋯' })
      before = Number(head[1])
      after = Number(head[2])
      isInside = true
    } else if (isInside && line !== '' && !line.startsWith('\\')) {
      const text = line.slice(1)
      if (line.startsWith('+')) lines.push({ kind: 'added', before: null, after: after++, text })
      else if (line.startsWith('-'))
        lines.push({ kind: 'removed', before: before++, after: null, text })
      else lines.push({ kind: 'same', before: before++, after: after++, text })
    }
  }
  return lines
}
