// What learn mode has seen, as the fewest rules that would allow it, each with its evidence.

import { CONFIG, PROPOSALS } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { flowText } from '../../config-text/parse.ts'
import { addItemAt } from '../../config-text/edit.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age, Ago } from '../../kit/time.tsx'
import { tell } from '../../kit/toasts.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useMay } from '../../session/session.ts'
import { ruleNames } from './rule-names.ts'
import { EGRESS_WORDS } from './words.ts'

const POLL_MS = 5000

export function Learned() {
  const t = useWords(EGRESS_WORDS)
  const { number } = useFormat()
  const reading = useResource(PROPOSALS, POLL_MS)
  const { data: served } = useResource(CONFIG)
  const desk = useDraft()
  const mayChange = useMay('operator')
  const text = served === null ? null : desk.textOver(served)
  const taken = text === null ? [] : ruleNames(text)
  return (
    <Loaded resource={PROPOSALS} reading={reading}>
      {({ items, missed }) => (
        <>
          <p className="row">
            <Age reading={reading} pollMs={POLL_MS} />
          </p>
          {items.length === 0 && (
            <FirstStep
              title={t.learnedNone}
              hint={t.learnedHint}
              command="egress modes"
              operation="proposeEgressRules"
              action={
                <Link className="button primary" to="/tail?plane=egress">
                  {t.toTail}
                </Link>
              }
            />
          )}
          {items.map(({ rule, evidence }) => (
            <Panel
              key={rule.name}
              title={rule.name}
              actions={
                mayChange &&
                served !== null &&
                text !== null &&
                !taken.includes(rule.name) && (
                  <Button
                    onClick={() => {
                      desk.save(served, addItemAt(text, ['egress', 'rules'], rule))
                      tell(t.adopted)
                    }}
                  >
                    {t.adopt}
                  </Button>
                )
              }
            >
              <Copyable text={flowText(rule)} />
              <ul className="changes">
                {evidence.map(({ entry, calls, hosts, examples, lastMs }) => (
                  <li key={flowText(entry)}>
                    <code>{flowText(entry)}</code>{' '}
                    <span className="hint">
                      {t.evidence(number(calls), number(hosts))} · <Ago ms={lastMs} />
                    </span>
                    {hosts > 1 && <div className="hint breakable">{examples.join(', ')}</div>}
                  </li>
                ))}
              </ul>
            </Panel>
          ))}
          {missed > 0 && <p className="hint">{t.missed(number(missed))}</p>}
        </>
      )}
    </Loaded>
  )
}
