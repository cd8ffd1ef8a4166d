// An explanation: the verdict first, then every step with its value and the line that decided, then who lost.

import type { PlacedExplanation } from '../../api/contract.ts'
import { Badge, Notice, Panel } from '../../kit/page.tsx'
import { Time } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { Contest } from './contest.tsx'
import { PlaceLink } from './place-link.tsx'
import { EXPLAIN_WORDS } from './words.ts'

const TONES = { allow: 'ok', deny: 'bad', unknown: 'warn' } as const
const STEP_TONES = { pass: 'ok', fail: 'bad', skip: 'neutral' } as const

export function Answer({ explanation }: { readonly explanation: PlacedExplanation }) {
  const t = useWords(EXPLAIN_WORDS)
  const { verdict, status, reason, rule, route, service, recorded, isOther, steps } = explanation
  const decisive = steps.find((step) => step.verdict === 'fail')
  return (
    <>
      <Panel>
        <div className="verdict" role="status">
          <Badge tone={TONES[verdict]}>{t.verdicts[verdict]}</Badge>
          <strong>{status ?? t.asUpstream}</strong>
          <code>{reason}</code>
        </div>
        {decisive !== undefined && (
          <p className="row breakable">
            {decisive.detail}
            {decisive.place !== null && <PlaceLink place={decisive.place} />}
          </p>
        )}
        <dl className="facts">
          {route !== null && (
            <>
              <dt>{t.route}</dt>
              <dd>
                <Link to={`/routes/${encodeURIComponent(route)}`}>{route}</Link>
              </dd>
            </>
          )}
          {service !== null && (
            <>
              <dt>{t.service}</dt>
              <dd>{service}</dd>
            </>
          )}
          {rule !== '' && (
            <>
              <dt>{t.rule}</dt>
              <dd>{rule}</dd>
            </>
          )}
          {recorded !== null && <Recorded recorded={recorded} />}
        </dl>
        {isOther && <Notice tone="warn" title={t.other} />}
      </Panel>
      <Panel title={t.steps}>
        <ol className="trace">
          {steps.map(
            ({ step, verdict: outcome, reason: word, rule: named, detail, place }, index) => (
              <li key={index} className={outcome}>
                <div className="row">
                  <Badge tone={STEP_TONES[outcome]}>
                    {outcome === 'skip' ? wordFor(t.skipped, word) : t.marks[outcome]}
                  </Badge>
                  <StepName step={step} />
                  {outcome !== 'skip' && word !== 'ok' && <code>{word}</code>}
                  {named !== '' && <span className="muted">{named}</span>}
                  {place !== null && <PlaceLink place={place} />}
                </div>
                {detail !== '' && <p className="breakable">{detail}</p>}
              </li>
            ),
          )}
        </ol>
      </Panel>
      <Contest explanation={explanation} />
    </>
  )
}

/** In the words of people, and as the command line calls it. */
function StepName({ step }: { readonly step: string }) {
  const t = useWords(EXPLAIN_WORDS)
  const name = wordFor(t.stepNames, step)
  return (
    <>
      <strong>{name}</strong>
      {name !== step && name.toLowerCase() !== step && <span className="muted">{step}</span>}
    </>
  )
}

function Recorded({ recorded }: { readonly recorded: NonNullable<PlacedExplanation['recorded']> }) {
  const t = useWords(EXPLAIN_WORDS)
  const { number } = useFormat()
  const { id, atMs, status, reason, revision, durationMs } = recorded
  return (
    <>
      <dt>{t.recorded}</dt>
      <dd>
        {t.recordedAs(String(status), reason, String(revision))} ·{' '}
        {t.ms(number(Math.round(durationMs * 10) / 10))} · <Time ms={atMs} /> · <code>{id}</code>
      </dd>
    </>
  )
}
