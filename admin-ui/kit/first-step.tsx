// An empty list that teaches its first step: one sentence, one thing to do, the same as a command, and where to read on.

import type { ReactNode } from 'react'
import type { Role } from '../api/contract.ts'
import { useWords } from '../language/words.ts'
import { Link } from '../router/link.tsx'
import { useMay } from '../session/session.ts'
import { Copyable } from './copy-button.tsx'
import { Empty } from './page.tsx'
import { Prose } from './prose.tsx'
import { KIT_WORDS } from './words.ts'

export interface FirstStepProps {
  /** One sentence: what would stand here. */
  readonly title: string
  readonly hint?: string
  /** Lines of the configuration to begin with. */
  readonly example?: string
  /** Behind `sallyport`: `limits ls`. */
  readonly command: string
  /** Id of the operation of the API that this list comes from. */
  readonly operation: string
  /** The role that `action` takes; absent: any. Others are told who has it instead. */
  readonly needs?: Exclude<Role, 'viewer'>
  readonly action?: ReactNode
}

export function FirstStep(props: FirstStepProps) {
  const { title, hint, example, command, operation, needs, action } = props
  const t = useWords(KIT_WORDS)
  return (
    <Empty title={title}>
      {hint !== undefined && (
        <p className="hint">
          <Prose text={hint} />
        </p>
      )}
      {example !== undefined && <Copyable text={example} />}
      {needs === undefined ? action : <Only needs={needs}>{action}</Only>}
      <Copyable text={`npx sallyport ${command}`} />
      <Link to={`/api-docs?op=${operation}`}>{t.docs}</Link>
    </Empty>
  )
}

export interface OnlyProps {
  readonly needs: Exclude<Role, 'viewer'>
  readonly children: ReactNode
}

/** What takes a role; whoever has another reads who could do it. */
export function Only({ needs, children }: OnlyProps) {
  const t = useWords(KIT_WORDS)
  return useMay(needs) ? children : <p className="hint">{t.takes[needs]}</p>
}
