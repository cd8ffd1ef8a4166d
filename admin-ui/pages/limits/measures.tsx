// What was decided about single callers and is in force: until when, by whom, and why.

import type { LimitMeasure } from '../../api/contract.ts'
import type { Reading } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { Badge, Panel } from '../../kit/page.tsx'
import { Ago, Time } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import type { OnAsk } from './limited-columns.tsx'
import { LIMIT_WORDS } from './words.ts'

export interface MeasuresProps {
  readonly reading: Reading<{ items: readonly LimitMeasure[] }>
  readonly onAsk: OnAsk
}

/** Nothing where there is none. */
export function Measures({ reading: { data }, onAsk }: MeasuresProps) {
  const t = useWords(LIMIT_WORDS)
  const mayAct = useMay('operator')
  const items = data?.items ?? []
  if (items.length === 0) return null
  return (
    <Panel title={t.inForce}>
      <ul className="changes">
        {items.map((measure) => (
          <li key={measure.key} className="row">
            <Badge tone={measure.kind === 'block' ? 'bad' : 'warn'}>
              {measure.kind === 'block' ? t.blocked : t.times(String(measure.factor))}
            </Badge>
            <code>{measure.label}</code>
            <div>
              <code>{measure.limit}</code> · {measure.reason}
              <p className="hint">
                {t.decidedBy(measure.by)} <Ago ms={measure.sinceMs} /> · {t.until}{' '}
                <Time ms={measure.untilMs} /> (<Ago ms={measure.untilMs} />)
              </p>
            </div>
            {mayAct && (
              <Button className="small" onClick={() => onAsk({ kind: 'release', target: measure })}>
                {t.release}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
