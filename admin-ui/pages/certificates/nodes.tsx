// Which certificate each node shows to clients.

import type { ServedBy } from '../../api/contract.ts'
import { Badge } from '../../kit/page.tsx'
import { Time } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { CERTIFICATE_WORDS } from './words.ts'

/** `wanted`: the serial number that all of them should show; absent: it is only listed. */
export function Nodes({
  items,
  wanted,
}: {
  readonly items: readonly ServedBy[]
  readonly wanted?: string
}) {
  const t = useWords(CERTIFICATE_WORDS)
  return (
    <ul className="changes">
      {items.map(({ node, isThis, serial, notAfterMs, reason }) => (
        <li key={node} className="breakable">
          <strong>{node}</strong>
          {isThis && (
            <>
              {' '}
              <Badge tone="neutral">{t.thisNode}</Badge>
            </>
          )}{' '}
          {serial === null ? (
            <>
              <Badge tone="warn">{t.notAsked}</Badge> <span className="hint">{reason}</span>
            </>
          ) : (
            <>
              {wanted !== undefined && (
                <Badge tone={serial === wanted ? 'ok' : 'warn'}>
                  {serial === wanted ? t.shownNew : t.shownOther}
                </Badge>
              )}{' '}
              <code>{serial}</code>{' '}
              {notAfterMs !== null && (
                <span className="hint">
                  {t.until} <Time ms={notAfterMs} />
                </span>
              )}
            </>
          )}
        </li>
      ))}
    </ul>
  )
}
