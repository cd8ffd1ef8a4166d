// The mode in force, as each worker says it is: for good in sight while anything is let through unasked, and an error where they differ.

import { useState } from 'react'
import { EGRESS_MODES, type EgressModes } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { Badge, Notice } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { EnforceDialog } from './enforce-dialog.tsx'
import { EGRESS_WORDS } from './words.ts'

const POLL_MS = 5000
const TONES = { enforce: 'ok', report: 'warn', learn: 'warn' } as const

export function ModeView() {
  const reading = useResource(EGRESS_MODES, POLL_MS)
  return (
    <Loaded resource={EGRESS_MODES} reading={reading}>
      {(modes) => <Told modes={modes} />}
    </Loaded>
  )
}

function Told({ modes }: { readonly modes: EgressModes }) {
  const t = useWords(EGRESS_WORDS)
  const mayChange = useMay('operator')
  const [isAsking, setAsking] = useState(false)
  const { configured, workers, missing, isAsConfigured, otherwise } = modes
  const isOpen = configured !== 'enforce'
  return (
    <>
      {isOpen && (
        <Notice tone="warn" title={t.mode(configured)}>
          <p>{configured === 'learn' ? t.learnBanner : t.reportBanner}</p>
          {mayChange && (
            <div className="row">
              <Button kind="primary" onClick={() => setAsking(true)}>
                {t.enforce}
              </Button>
            </div>
          )}
        </Notice>
      )}
      {!isAsConfigured && (
        <Notice tone="bad" title={t.modeMismatch(configured)}>
          <ul>
            {workers.map(({ worker, mode }) => (
              <li key={worker}>
                {t.worker(String(worker))}: <code>{mode ?? '–'}</code>
              </li>
            ))}
            {missing > 0 && <li>{t.silentWorkers(String(missing))}</li>}
          </ul>
        </Notice>
      )}
      {!isOpen && isAsConfigured && (
        <p className="row">
          <Badge tone={TONES.enforce}>{t.mode(configured)}</Badge>
          <span className="hint">{t.saidByWorkers(String(workers.length))}</span>
        </p>
      )}
      {otherwise.length > 0 && (
        <p className="badges between">
          {otherwise.map(({ rule, mode }) => (
            <Badge key={rule} tone={TONES[mode as keyof typeof TONES] ?? 'neutral'}>
              {t.ruleMode(rule, mode)}
            </Badge>
          ))}
        </p>
      )}
      {isAsking && <EnforceDialog onClose={() => setAsking(false)} />}
    </>
  )
}
