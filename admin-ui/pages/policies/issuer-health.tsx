// How the keys of an issuer are on this node, and what is accepted of its tokens.

import type { ListedIssuer } from '../../api/contract.ts'
import { Badge } from '../../kit/page.tsx'
import { Prose } from '../../kit/prose.tsx'
import { Ago } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { ISSUER_WORDS } from './issuer-words.ts'

const TONES = { loading: 'info', fresh: 'ok', stale: 'warn', failed: 'bad' } as const

export interface HealthProps {
  /** null: not served, or not read yet. */
  readonly listed: ListedIssuer | null
  readonly isRead: boolean
}

export function Health({ listed, isRead }: HealthProps) {
  const t = useWords(ISSUER_WORDS)
  if (listed === null) {
    if (!isRead) return null
    return (
      <>
        <dt>{t.health}</dt>
        <dd>
          <Badge tone="info">{t.states.draft}</Badge>
        </dd>
      </>
    )
  }
  const { health, keys } = listed
  const kids = keys.map(({ kid, alg, type }) => `${kid ?? '–'} (${alg ?? type})`)
  return (
    <>
      <dt>{t.health}</dt>
      <dd>
        {health === null ? (
          <Badge tone="neutral">{t.states.unknown}</Badge>
        ) : (
          <Badge tone={TONES[health.state]}>{t.states[health.state]}</Badge>
        )}{' '}
        {t.stateOf(keys.length)} <code>{kids.join(', ')}</code>
        {(health?.refusedKeys ?? []).map(({ index, keyId, reason }) => (
          <p key={index} className="hint">
            <code>{keyId ?? `#${index + 1}`}</code> <Prose text={wordFor(t.refusals, reason)} />
          </p>
        ))}
      </dd>
      {health !== null && health.lastSuccessMs !== null && (
        <>
          <dt>{t.lastSuccess}</dt>
          <dd>
            <Ago ms={health.lastSuccessMs} />
          </dd>
        </>
      )}
      {health !== null && health.lastError !== null && (
        <>
          <dt>{t.lastError}</dt>
          <dd className="breakable">{health.lastError}</dd>
        </>
      )}
    </>
  )
}

export function Rules({ listed }: { readonly listed: ListedIssuer }) {
  const t = useWords(ISSUER_WORDS)
  const { number } = useFormat()
  const { algorithms, clockSkewMs, maxLifetimeMs, type, jwks, hasOwnCa } = listed
  const parts = [
    algorithms.join(' '),
    t.skew(number(clockSkewMs / 1000)),
    ...(maxLifetimeMs === null ? [] : [t.life(number(maxLifetimeMs / 60_000))]),
    ...(type === null ? [] : [t.typ(type)]),
    ...(jwks.kind === 'inline' ? [t.inline] : []),
    ...(jwks.url === null ? [] : [jwks.url]),
    ...(hasOwnCa ? [t.ownCa] : []),
  ]
  return (
    <>
      <dt>{t.rules}</dt>
      <dd>{parts.join(' · ')}</dd>
    </>
  )
}
