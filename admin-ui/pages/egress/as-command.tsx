// What a form would do, as the command that does the same.

import { Copyable } from '../../kit/copy-button.tsx'
import { useWords } from '../../language/words.ts'
import { EGRESS_WORDS } from './words.ts'

export function AsCommand({ text }: { readonly text: string }) {
  const t = useWords(EGRESS_WORDS)
  return (
    <details className="more">
      <summary>{t.asCommand}</summary>
      <Copyable text={text} />
    </details>
  )
}
