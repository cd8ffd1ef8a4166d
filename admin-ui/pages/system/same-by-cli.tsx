// How the same is done on the command line.

import { Copyable } from '../../kit/copy-button.tsx'
import { useWords } from '../../language/words.ts'
import { SYSTEM_WORDS } from './words.ts'

export function SameByCli({ command }: { readonly command: string }) {
  const t = useWords(SYSTEM_WORDS)
  return (
    <details className="more">
      <summary>{t.sameByCli}</summary>
      <Copyable text={command} />
    </details>
  )
}
