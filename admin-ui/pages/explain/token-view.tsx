// What stands in a token, with its times as people read them, and what the gateway knows of its issuer once it was asked.

import type { ListedIssuer } from '../../api/contract.ts'
import { Badge } from '../../kit/page.tsx'
import { Time, useNow } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { decodeToken } from './token.ts'
import { EXPLAIN_WORDS } from './words.ts'

const TIMES: ReadonlySet<string> = new Set(['exp', 'nbf', 'iat', 'auth_time'])

export interface TokenViewProps {
  readonly text: string
  /** As the gateway told them; null: it was not asked. */
  readonly issuers?: readonly ListedIssuer[] | null
}

export function TokenView({ text, issuers = null }: TokenViewProps) {
  const t = useWords(EXPLAIN_WORDS)
  const now = useNow()
  const token = decodeToken(text)
  if (token === null) return null
  const { exp, nbf, iss } = token.claims
  const issuer = issuers?.find((one) => one.issuer === iss) ?? null
  return (
    <details className="more" open>
      <summary>{t.token}</summary>
      <p className="badges">
        {typeof exp === 'number' && exp * 1000 < now && <Badge tone="bad">{t.expired}</Badge>}
        {typeof nbf === 'number' && nbf * 1000 > now && <Badge tone="bad">{t.notYet}</Badge>}
      </p>
      <dl className="facts">
        {Object.entries({ ...token.header, ...token.claims }).map(([name, value]) => (
          <div key={name} className="fact">
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              <code>{JSON.stringify(value)}</code>
              {TIMES.has(name) && typeof value === 'number' && (
                <span className="hint">
                  {' '}
                  <Time ms={value * 1000} />
                </span>
              )}
              {issuers !== null && ' '}
              {issuers !== null && <Known name={name} value={value} issuer={issuer} />}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

interface KnownProps {
  readonly name: string
  readonly value: unknown
  /** null: none that is configured. */
  readonly issuer: ListedIssuer | null
}

function Known({ name, value, issuer }: KnownProps) {
  const t = useWords(EXPLAIN_WORDS)
  const { number } = useFormat()
  if (issuer === null) {
    return name === 'iss' ? <Badge tone="bad">{t.unknownIssuer}</Badge> : null
  }
  switch (name) {
    case 'iss':
      return <Badge tone="ok">{issuer.name}</Badge>
    case 'kid': {
      const isKnown = issuer.keys.some(({ kid }) => kid === value)
      return <Badge tone={isKnown ? 'ok' : 'bad'}>{isKnown ? t.kidKnown : t.kidUnknown}</Badge>
    }
    case 'exp':
    case 'nbf':
      return <span className="hint"> · {t.skew(number(issuer.clockSkewMs / 1000))}</span>
    default:
      return null
  }
}
