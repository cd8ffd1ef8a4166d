// What came back of a test request: status, time and route first, the rest below.

import type { TestResult } from '../../api/contract.ts'
import { FieldFacts } from '../../kit/field-facts.tsx'
import { Badge, Notice, type Tone } from '../../kit/page.tsx'
import { useFormat } from '../../language/format.ts'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { TEST_WORDS } from './test-words.ts'

export function TestResultView({ result }: { readonly result: TestResult }) {
  const t = useWords(TEST_WORDS)
  const { outcome, route, recorded, listener, address } = result
  return (
    <div className="stack" role="status">
      {outcome.kind === 'answered' ? (
        <p className="verdict">
          <Badge tone={toneOf(outcome.status)}>{t.answered}</Badge>
          <strong>{outcome.status}</strong>
        </p>
      ) : (
        <div>
          <p className="verdict">
            <Badge tone="bad">{t.failed}</Badge>
            <code>{outcome.reason}</code>
          </p>
          <p>{wordFor(t.failures, outcome.reason)}</p>
          <p className="hint breakable">{outcome.detail}</p>
        </div>
      )}
      {outcome.kind === 'answered' && outcome.nameFault !== null && (
        <Notice tone="warn" title={t.nameFault}>
          {outcome.nameFault}
        </Notice>
      )}
      <dl className="facts">
        {outcome.kind === 'answered' && <Latency ms={outcome.latencyMs} />}
        <dt>{t.route}</dt>
        <dd>
          {route === null ? (
            t.noRoute
          ) : (
            <Link to={`/routes/${encodeURIComponent(route)}`}>{route}</Link>
          )}
        </dd>
        {recorded !== null && recorded.service !== null && (
          <>
            <dt>{t.service}</dt>
            <dd>{recorded.service}</dd>
          </>
        )}
        {recorded !== null && recorded.reason !== 'ok' && (
          <>
            <dt>{t.reason}</dt>
            <dd>
              <code>{recorded.reason}</code>
            </dd>
          </>
        )}
        <dt>{t.listener}</dt>
        <dd>
          {listener} · <code>{address}</code>
        </dd>
        {outcome.kind === 'answered' && outcome.requestId !== null && (
          <>
            <dt>{t.requestId}</dt>
            <dd>
              <code>{outcome.requestId}</code> ·{' '}
              <Link to={`/explain?request=${encodeURIComponent(outcome.requestId)}`}>
                {t.explain}
              </Link>
            </dd>
          </>
        )}
      </dl>
      {outcome.kind === 'answered' && <Content outcome={outcome} />}
    </div>
  )
}

type Answered = Extract<TestResult['outcome'], { kind: 'answered' }>

function Latency({ ms }: { readonly ms: number }) {
  const t = useWords(TEST_WORDS)
  const { number } = useFormat()
  return (
    <>
      <dt>{t.latency}</dt>
      <dd>{t.ms(number(ms))}</dd>
    </>
  )
}

function Content({ outcome: { headers, body } }: { readonly outcome: Answered }) {
  const t = useWords(TEST_WORDS)
  return (
    <details className="more">
      <summary>
        {t.headers} · {t.body}
      </summary>
      <dl className="facts">
        <FieldFacts fields={headers} />
      </dl>
      {body.text === null && <p className="muted">{t.noText}</p>}
      {body.text === '' && <p className="muted">{t.empty}</p>}
      {body.text !== null && body.text !== '' && (
        <div className="copyable">
          <pre tabIndex={0}>{body.text}</pre>
        </div>
      )}
      {body.isCut && <p className="hint">{t.isCut}</p>}
    </details>
  )
}

function toneOf(status: number): Tone {
  if (status < 400) return 'ok'
  return status < 500 ? 'warn' : 'bad'
}
