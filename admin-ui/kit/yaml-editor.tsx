// The YAML editor with what the gateway says of the text, asked whenever the typing rests.

import { lazy, Suspense, useEffect, useState } from 'react'
import { call } from '../api/client.ts'
import type { FieldProblem } from '../api/contract.ts'
import { asRefusal, type Refusal } from '../api/refusal.ts'
import { useWords } from '../language/words.ts'
import { KIT_WORDS } from './words.ts'

const CodeEditor = lazy(async () => ({ default: (await import('./code-editor.tsx')).CodeEditor }))
const REST_MS = 400

/** What the gateway makes of a text. */
export type Trial =
  | { readonly kind: 'asking' }
  | { readonly kind: 'valid'; readonly diff: string; readonly warnings: readonly FieldProblem[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Asks when the text has rested for a moment; the answer is always about the latest one. */
export function useTrial(text: string | null): Trial {
  const [trial, setTrial] = useState<Trial>({ kind: 'asking' })
  useEffect(() => {
    if (text === null) return
    let isLatest = true
    setTrial({ kind: 'asking' })
    const timer = setTimeout(() => {
      const ask = async (): Promise<void> => {
        const answer = await tryText(text)
        if (isLatest) setTrial(answer)
      }
      void ask()
    }, REST_MS)
    return () => {
      isLatest = false
      clearTimeout(timer)
    }
  }, [text])
  return trial
}

async function tryText(text: string): Promise<Trial> {
  try {
    const body = { text }
    const { diff, warnings } = await call<{ diff: string; warnings: readonly FieldProblem[] }>(
      'POST',
      '/api/v1/config:try',
      { body },
    )
    return { kind: 'valid', diff, warnings }
  } catch (error) {
    return { kind: 'refused', refusal: asRefusal(error) }
  }
}

export function problemsOf(trial: Trial): readonly FieldProblem[] {
  if (trial.kind === 'valid') return trial.warnings
  return trial.kind === 'refused' ? trial.refusal.errors : []
}

export interface YamlEditorProps {
  readonly label: string
  readonly text: string
  readonly onChange: (text: string) => void
  readonly trial: Trial
  readonly isReadOnly?: boolean
  readonly goTo?: { readonly line: number; readonly column: number } | null
}

export function YamlEditor({ trial, ...rest }: YamlEditorProps) {
  const t = useWords(KIT_WORDS)
  return (
    <Suspense fallback={<p className="loading">{t.loading}</p>}>
      <CodeEditor {...rest} problems={problemsOf(trial)} />
    </Suspense>
  )
}
