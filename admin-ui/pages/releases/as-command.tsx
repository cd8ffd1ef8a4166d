// The shares of a release without the console: what the file says, and how the API and the command line set them.

import type { ReleaseView } from '../../api/contract.ts'
import { flowText } from '../../config-text/parse.ts'
import { Copyable } from '../../kit/copy-button.tsx'
import { useWords } from '../../language/words.ts'
import type { Guard } from './set-shares.ts'
import { RELEASE_WORDS } from './words.ts'

export interface AsCommandProps {
  readonly release: ReleaseView
  readonly shares: readonly number[]
  readonly guard: Guard | null
}

export function AsCommand({ release: { route, targets }, shares, guard }: AsCommandProps) {
  const t = useWords(RELEASE_WORDS)
  const weights = targets.map(({ target }, at) => ({ target, weight: shares[at]! }))
  const yaml = weights.map(({ target, weight }) => {
    const entry = target.includes('://') ? { url: target, weight } : { service: target, weight }
    return `  - ${flowText(entry)}`
  })
  const body = JSON.stringify({ weights, ...(guard !== null && { guard }) })
  const url = `${location.origin}/api/v1/releases/${encodeURIComponent(route)}:set`
  return (
    <details className="more">
      <summary>{t.equivalents}</summary>
      <div className="stack">
        <Copyable text={`to:\n${yaml.join('\n')}`} />
        <Copyable
          text={`curl -X POST ${url} \\\n  -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\\n  -d '${body}'`}
        />
        <Copyable text={commandOf(route, weights, guard)} />
      </div>
    </details>
  )
}

function commandOf(
  route: string,
  weights: readonly { readonly target: string; readonly weight: number }[],
  guard: Guard | null,
): string {
  // The command guards the target it names first.
  const first = weights.filter(({ target }) => target === guard?.target)
  const rest = weights.filter(({ target }) => target !== guard?.target)
  const words = [...first, ...rest].map(({ target, weight }) => `${target}=${weight}`)
  if (guard?.maxErrorPoints !== undefined) words.push(`--max-error-points ${guard.maxErrorPoints}`)
  if (guard?.maxP95Ms !== undefined) words.push(`--max-p95 ${guard.maxP95Ms}ms`)
  if (guard?.minRequests !== undefined) words.push(`--min-requests ${guard.minRequests}`)
  return `npx sallyport canary set ${route} ${words.join(' ')}`
}
