// What came of a simulated call: the verdict in words first, then every field that would be sent.

import type { ReactNode } from 'react'
import type { Simulation } from '../../api/contract.ts'
import { FieldFacts } from '../../kit/field-facts.tsx'
import { Badge, Notice, type Tone } from '../../kit/page.tsx'
import { Prose } from '../../kit/prose.tsx'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { CORS_WORDS } from './cors-words.ts'

const TONES: Readonly<Record<Simulation['verdict']['outcome'], Tone>> = {
  readable: 'ok',
  unreadable: 'warn',
  blocked: 'bad',
  not_sendable: 'bad',
}

export function SimulationView({ simulation }: { readonly simulation: Simulation }) {
  const t = useWords(CORS_WORDS)
  const { verdict, preflight, actual, isOff, spelled, dropped } = simulation
  // A preflight that the gateway refuses names no origin: why it refused says more than what the browser then misses.
  const refusal = preflight?.reason ?? 'ok'
  const isRefused = verdict.outcome === 'blocked' && refusal in t.refusals
  const why = isRefused ? wordFor(t.refusals, refusal) : wordFor(t.reasons, verdict.reason)
  return (
    <div className="stack" role="status">
      <div>
        <p className="verdict">
          <Badge tone={TONES[verdict.outcome]}>{t.outcomes[verdict.outcome]}</Badge>
          <code>{isRefused ? refusal : verdict.reason}</code>
        </p>
        <p>
          <Prose text={why} />
        </p>
        {verdict.reason !== 'ok' && <p className="hint breakable">{verdict.detail}</p>}
        {verdict.exposed.length > 0 && (
          <p className="hint">
            {t.exposed}: <code>{verdict.exposed.join(', ')}</code>
          </p>
        )}
      </div>
      {isOff && <Notice tone="info" title={t.isOff} />}
      {spelled !== null && <Notice tone="warn" title={t.spelled(spelled)} />}
      {dropped.length > 0 && <Notice tone="info" title={t.dropped(dropped.join(', '))} />}
      <div className="columns">
        <section>
          <h3>{t.preflight}</h3>
          {preflight === null ? (
            <p className="muted">{t.noPreflight}</p>
          ) : (
            <Fields answer={preflight}>
              <dt>{t.asks}</dt>
              <dd>
                <code>
                  {preflight.asks.method}
                  {preflight.asks.headers !== null && ` · ${preflight.asks.headers}`}
                </code>
              </dd>
            </Fields>
          )}
        </section>
        <section>
          <h3>{t.actual}</h3>
          {!actual.isSent && <p className="muted">{t.notSent}</p>}
          <Fields answer={actual} />
        </section>
      </div>
    </div>
  )
}

interface FieldsProps {
  readonly answer: Pick<Simulation['actual'], 'status' | 'reason' | 'headers'>
  readonly children?: ReactNode
}

function Fields({ answer: { status, reason, headers }, children }: FieldsProps) {
  const t = useWords(CORS_WORDS)
  return (
    <dl className="facts">
      {children}
      <dt>{t.status}</dt>
      <dd>
        {status ?? t.fromService} {reason !== 'ok' && <code>{reason}</code>}
      </dd>
      {headers.length === 0 && (
        <>
          <dt>–</dt>
          <dd className="muted">{t.noFields}</dd>
        </>
      )}
      <FieldFacts fields={headers} />
    </dl>
  )
}
