// What stands in a token, with its times as people read them.

import { Badge } from '../../kit/page.tsx'
import { Time, useNow } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { decodeToken } from './token.ts'
import { EXPLAIN_WORDS } from './words.ts'

const TIMES: ReadonlySet<string> = new Set(['exp', 'nbf', 'iat', 'auth_time'])

export function TokenView({ text }: { readonly text: string }) {
  const t = useWords(EXPLAIN_WORDS)
  const now = useNow()
  const token = decodeToken(text)
  if (token === null) return null
  const { exp, nbf } = token.claims
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
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
