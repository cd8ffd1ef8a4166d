// Edits of the draft from a page of policies: kept, told with a way back, or said why they cannot be made.

import { useState } from 'react'
import type { Served } from '../../api/contract.ts'
import { NotEditable } from '../../config-text/edit.ts'
import type { ParsedConfig } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { tell } from '../../kit/toasts.tsx'
import { useWords } from '../../language/words.ts'
import { POLICY_WORDS } from './words.ts'

export interface PolicyTabProps {
  readonly config: ParsedConfig
  /** The draft's text, or what is served. */
  readonly text: string
  readonly edit: DraftEdit['edit']
  readonly mayChange: boolean
}

export interface DraftEdit {
  /** `said`: what the person is told when it is in the draft. */
  readonly edit: (change: (text: string) => string, said: string) => void
  /** What was wanted cannot be written by a program. */
  readonly isStuck: boolean
}

export function useDraftEdit(served: Served): DraftEdit {
  const t = useWords(POLICY_WORDS)
  const desk = useDraft()
  const [isStuck, setStuck] = useState(false)
  return {
    isStuck,
    edit(change, said) {
      const text = desk.textOver(served)
      try {
        desk.save(served, change(text))
        setStuck(false)
        tell(said, { label: t.undo, run: () => desk.save(served, text) })
      } catch (error) {
        if (!(error instanceof NotEditable)) throw error
        setStuck(true)
      }
    },
  }
}
