// What the draft would have changed for the requests that are kept.

import { useEffect, useState } from 'react'
import { call } from '../../api/client.ts'
import type { Impact } from '../../api/contract.ts'
import { asRefusal, type Refusal } from '../../api/refusal.ts'
import { Badge, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { REVIEW_WORDS } from './words.ts'

type Weighed =
  | { readonly kind: 'asking' }
  | { readonly kind: 'known'; readonly impact: Impact }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

export function ImpactView({ text }: { readonly text: string }) {
  const t = useWords(REVIEW_WORDS)
  const kit = useWords(KIT_WORDS)
  const [weighed, setWeighed] = useState<Weighed>({ kind: 'asking' })
  useEffect(() => {
    let isLatest = true
    setWeighed({ kind: 'asking' })
    const ask = async (): Promise<void> => {
      const answer = await weigh(text)
      if (isLatest) setWeighed(answer)
    }
    void ask()
    return () => {
      isLatest = false
    }
  }, [text])
  return (
    <Panel title={t.impact}>
      {weighed.kind === 'asking' && <p className="loading">{kit.loading}</p>}
      {weighed.kind === 'refused' && <Problem refusal={weighed.refusal} />}
      {weighed.kind === 'known' && <Groups impact={weighed.impact} />}
    </Panel>
  )
}

async function weigh(text: string): Promise<Weighed> {
  try {
    const impact = await call<Impact>('POST', '/api/v1/config:impact', { body: { text } })
    return { kind: 'known', impact }
  } catch (error) {
    return { kind: 'refused', refusal: asRefusal(error) }
  }
}

function Groups({ impact: { total, unknown, changed } }: { readonly impact: Impact }) {
  const t = useWords(REVIEW_WORDS)
  const { number } = useFormat()
  const count = changed.reduce((sum, group) => sum + group.count, 0)
  if (total === 0) return <p className="muted">{t.impactNoRequests}</p>
  return (
    <>
      <p>
        {count === 0 ? t.impactNone(number(total)) : t.impactSome(number(count), number(total))}
      </p>
      {changed.length > 0 && (
        <ul className="changes">
          {changed.map((group) => (
            <Group key={JSON.stringify([group.from, group.to])} group={group} />
          ))}
        </ul>
      )}
      {unknown > 0 && <p className="hint">{t.impactUnknown(number(unknown))}</p>}
    </>
  )
}

type GroupProps = { readonly group: Impact['changed'][number] }

/** From what to what, who would meet it, and one to look at closely. */
function Group({ group: { from, to, count, samples, callers, otherCallers } }: GroupProps) {
  const t = useWords(REVIEW_WORDS)
  const { number } = useFormat()
  return (
    <li className="stack">
      <div className="row">
        <strong>{t.impactRow(number(count))}</strong>
        <Outcome status={from.status} reason={from.reason} route={from.route} />
        <span aria-label={t.becomes}>→</span>
        <Outcome status={to.status} reason={to.reason} route={to.route} />
        {samples[0] !== undefined && (
          <Link to={`/explain?request=${encodeURIComponent(samples[0])}`}>{t.explain}</Link>
        )}
      </div>
      <details className="more">
        <summary>{t.callers(number(callers.length + otherCallers))}</summary>
        {callers.map(({ caller, count: times }) => (
          <div key={caller}>
            <code className="breakable">{caller}</code> {t.times(number(times))}
          </div>
        ))}
        {otherCallers > 0 && <div className="hint">{t.otherCallers(number(otherCallers))}</div>}
      </details>
    </li>
  )
}

type OutcomeProps = Impact['changed'][number]['from']

function Outcome({ status, reason, route }: OutcomeProps) {
  const t = useWords(REVIEW_WORDS)
  const tone = status === null || status < 400 ? 'ok' : 'bad'
  return (
    <span>
      <Badge tone={tone}>{status ?? t.upstream}</Badge> <code>{reason}</code>{' '}
      <span className="muted">{route ?? ''}</span>
    </span>
  )
}
