// Recovery codes, shown once: to copy, to save, and to say that they are kept.

import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Check } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { useWords } from '../../language/words.ts'
import { FACTOR_WORDS } from './factor-words.ts'

export interface RecoveryCodesProps {
  readonly codes: readonly string[]
  readonly onDone: () => void
}

export function RecoveryCodes({ codes, onDone }: RecoveryCodesProps) {
  const t = useWords(FACTOR_WORDS)
  const [isKept, setKept] = useState(false)
  const [isTried, setTried] = useState(false)
  const text = codes.join('\n')
  return (
    <div className="form">
      <Notice tone="ok" title={t.codesOnce}>
        {t.codesWhy}
      </Notice>
      <Copyable text={text} />
      <Check label={t.kept} isOn={isKept} onChange={setKept} />
      {isTried && !isKept && (
        <p className="fault" role="alert">
          {t.keepFirst}
        </p>
      )}
      <div className="row">
        <Button onClick={() => saveFile('sallyport-recovery-codes.txt', `${text}\n`)}>
          {t.save}
        </Button>
        <Button
          kind="primary"
          onClick={() => {
            setTried(true)
            if (isKept) onDone()
          }}
        >
          {t.done}
        </Button>
      </div>
    </div>
  )
}
