// The field for a code of the second factor.

import { useEffect, useRef } from 'react'
import { TextField } from '../../kit/form.tsx'
import { useWords } from '../../language/words.ts'
import { SIGN_IN_WORDS } from './words.ts'

export interface CodeFieldProps {
  readonly code: string
  readonly onCode: (code: string) => void
  /** Of an app alone, when it is set up. */
  readonly isFirst?: boolean
  /** It was sent without one. */
  readonly isMissing?: boolean
}

/** Takes the focus when it appears: it is what is asked for next. */
export function CodeField({ code, onCode, isFirst = false, isMissing = false }: CodeFieldProps) {
  const t = useWords(SIGN_IN_WORDS)
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => ref.current?.querySelector('input')?.focus(), [])
  return (
    <div ref={ref}>
      <TextField
        label={t.code}
        hint={isFirst ? t.firstCodeHint : t.codeHint}
        fault={isMissing ? t.codeMissing : null}
        className="code"
        value={code}
        onChange={onCode}
        autoComplete="one-time-code"
        autoCapitalize="none"
        maxLength={64}
      />
    </div>
  )
}
