// One request in full: what was kept of it, what became of it, as curl, and one click from its explanation.

import type { RecentRequest } from '../../api/contract.ts'
import { CopyButton } from '../../kit/copy-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Badge } from '../../kit/page.tsx'
import { Time } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { asCurl } from './as-curl.ts'
import { toneOf } from './tail-table.tsx'
import { TAIL_WORDS } from './words.ts'

export function RequestDialog({
  request,
  onClose,
}: {
  readonly request: RecentRequest
  readonly onClose: () => void
}) {
  const t = useWords(TAIL_WORDS)
  const { number } = useFormat()
  const { id, atMs, listener, facts, outcome, plane } = request
  const isOut = plane === 'egress'
  const rows: readonly (readonly [string, string | null])[] = [
    [t.id, id],
    [t.query, facts.query === '' ? null : facts.query],
    [t.route, outcome.route],
    [t.service, outcome.service],
    [t.endpoint, outcome.endpoint],
    [t.names.rule, outcome.rule],
    [t.subject, outcome.subject],
    [t.client, facts.clientIp],
    [t.listener, `${listener} (${facts.protocol})`],
    [t.took, t.ms(number(Math.round(outcome.durationMs * 10) / 10))],
    [
      t.upstream,
      outcome.upstreamMs === null ? null : t.ms(number(Math.round(outcome.upstreamMs * 10) / 10)),
    ],
    // Of a call at egress it is told when it begins.
    [t.bytes, isOut ? null : `${number(outcome.bytesIn)} / ${number(outcome.bytesOut)}`],
  ]
  return (
    <Dialog title={titleOf(request)} onClose={onClose} size="wide">
      <div className="row">
        <Badge tone={toneOf(outcome.status)}>{outcome.status}</Badge>
        <code>{outcome.reason}</code>
        <Time ms={atMs} />
      </div>
      <dl className="facts">
        {rows.map(([name, value]) =>
          value === null ? null : (
            <div key={name} className="fact">
              <dt>{name}</dt>
              <dd>
                <code>{value}</code>
              </dd>
            </div>
          ),
        )}
      </dl>
      {!isOut && (
        <details className="more">
          <summary>{t.headers}</summary>
          <pre className="diff" tabIndex={0}>
            {headerLines(facts.headers)}
          </pre>
        </details>
      )}
      <div className="row">
        <Link className="button primary" to={`/explain?request=${encodeURIComponent(id)}`}>
          {t.explain}
        </Link>
        <CopyButton label={t.copyCurl} text={asCurl(request)} />
      </div>
    </Dialog>
  )
}

function titleOf({ facts: { method, host, port, path } }: RecentRequest): string {
  return method === 'CONNECT' ? `CONNECT ${host}:${port ?? '?'}` : `${method} ${path}`
}

function headerLines(headers: readonly string[]): string {
  const lines: string[] = []
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`)
  return lines.join('\n')
}
