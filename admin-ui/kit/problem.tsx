// A refusal in words: what happened, why, what to do, and the request id to look for. It stays until it is dealt with.

import type { ReactNode } from 'react'
import type { FieldProblem } from '../api/contract.ts'
import type { Refusal } from '../api/refusal.ts'
import { useWords } from '../language/words.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { KIT_WORDS } from './words.ts'

export interface ProblemProps {
  readonly refusal: Refusal
  readonly onRetry?: (() => void) | undefined
  readonly onDismiss?: (() => void) | undefined
  /** Makes the place of a fault in a text lead there. */
  readonly onGoTo?: ((problem: FieldProblem) => void) | undefined
  /** Name of the file that the places are in. */
  readonly file?: string | null
  readonly children?: ReactNode
}

export function Problem({
  refusal,
  onRetry,
  onDismiss,
  onGoTo,
  file = null,
  children,
}: ProblemProps) {
  const t = useWords(KIT_WORDS)
  const { title, todo } = problemOf(t.problems, refusal.code)
  const { requestId, message, code, status, errors } = refusal
  return (
    <div className="problem" role="alert">
      <h3>{title}</h3>
      <dl>
        {message !== '' && (
          <>
            <dt>{t.cause}</dt>
            <dd className="breakable">{message}</dd>
          </>
        )}
        <dt>{t.whatToDo}</dt>
        <dd>
          {todo}
          {refusal.retryAfter !== null && ` (${refusal.retryAfter} s)`}
        </dd>
        {requestId !== '' && (
          <>
            <dt>{t.requestId}</dt>
            <dd>
              <code>{requestId}</code>
            </dd>
          </>
        )}
      </dl>
      {errors.length > 0 && <Faults problems={errors} onGoTo={onGoTo} file={file} />}
      {children}
      <div className="row">
        {onRetry && <Button onClick={onRetry}>{t.retry}</Button>}
        <CopyButton
          label={t.copyDetails}
          text={JSON.stringify({ status, code, detail: message, requestId, errors }, null, 2)}
        />
        {onDismiss && (
          <Button kind="quiet" className="small" onClick={onDismiss}>
            {t.dismiss}
          </Button>
        )}
      </div>
    </div>
  )
}

type Problems = (typeof KIT_WORDS)['en']['problems']

function problemOf(problems: Problems, code: string): Problems['other'] {
  return Object.hasOwn(problems, code) ? problems[code as keyof Problems] : problems.other
}

export interface FaultsProps {
  readonly problems: readonly FieldProblem[]
  readonly onGoTo?: ((problem: FieldProblem) => void) | undefined
  /** Name of the file that the places are in. */
  readonly file?: string | null
}

/** Each fault with its place, what is wrong and what to write instead. */
export function Faults({ problems, onGoTo, file = null }: FaultsProps) {
  const t = useWords(KIT_WORDS)
  return (
    <ul className="faults">
      {problems.map((problem, index) => {
        const { severity, line, column, detail, hint, pointer } = problem
        const at = column ?? 1
        const named = file === null ? t.line(line ?? 1, at) : `${file}:${line ?? 1}:${at}`
        const place = line === undefined ? pointer : named
        return (
          <li key={index} className={severity === 'warning' ? 'warning' : 'error'}>
            <strong>{severity === 'warning' ? t.warning : t.error}</strong>{' '}
            {place !== '' &&
              (onGoTo && line !== undefined ? (
                <button type="button" className="as-link" onClick={() => onGoTo(problem)}>
                  {place}
                </button>
              ) : (
                <span className="muted">{place}</span>
              ))}
            <span className="breakable"> {detail}</span>
            {hint !== '' && <span className="hint"> → {hint}</span>}
          </li>
        )
      })}
    </ul>
  )
}
