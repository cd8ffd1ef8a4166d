// Copies a text, and says whether that worked.

import { useState } from 'react'
import { useWords } from '../language/words.ts'
import { Button } from './button.tsx'
import { KIT_WORDS } from './words.ts'

const SHOWN_MS = 2000

export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }) {
  const t = useWords(KIT_WORDS)
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  const copy = async (): Promise<void> => {
    const isDone = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
    setState(isDone ? 'copied' : 'failed')
    setTimeout(() => setState('idle'), SHOWN_MS)
  }
  const said = { idle: label ?? t.copy, copied: t.copied, failed: t.copyFailed }[state]
  return (
    <Button kind="quiet" className="small" onClick={() => void copy()}>
      <span aria-live="polite">{said}</span>
    </Button>
  )
}

/** A command or a value to take along. */
export function Copyable({ text }: { readonly text: string }) {
  return (
    <div className="copyable">
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={text} />
    </div>
  )
}
