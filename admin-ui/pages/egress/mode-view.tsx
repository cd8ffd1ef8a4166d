// The mode in force, as each worker says it is: for good in sight while anything is let through unasked, and an error where they differ.

import { useState } from 'react'
import { EGRESS_MODES, type EgressModes } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { Badge, Notice } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Ago, Time } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { EnforceDialog } from './enforce-dialog.tsx'
import { LearnDialog } from './learn-dialog.tsx'
import { NodeModes } from './node-modes.tsx'
import { EGRESS_WORDS } from './words.ts'

const POLL_MS = 5000

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
  const { configured, inForce, learnUntilMs, isAsConfigured, storeFault, otherwise } = modes
  return (
    <>
      {inForce !== 'enforce' && <OpenBanner modes={modes} />}
      {configured !== inForce && learnUntilMs !== null && (
        <Notice tone="warn" title={t.learnOver}>
          <p>
            {t.learnEnded} <Time ms={learnUntilMs} /> (<Ago ms={learnUntilMs} />)
          </p>
        </Notice>
      )}
      {isAsConfigured ? (
        <NodeModes modes={modes} />
      ) : (
        <Notice tone="bad" title={t.modeMismatch(t.modeNames(inForce))}>
          <NodeModes modes={modes} />
        </Notice>
      )}
      {storeFault !== '' && <Notice tone="warn" title={t.othersUnknown(storeFault)} />}
      {otherwise.length > 0 && (
        <p className="badges between">
          {otherwise.map(({ rule, mode }) => (
            <Badge key={rule} tone={mode === 'enforce' ? 'ok' : 'warn'}>
              {t.ruleMode(rule, mode)}
            </Badge>
          ))}
        </p>
      )}
    </>
  )
}

/** Stays as long as anything is let through that no rule allows. */
function OpenBanner({ modes: { inForce, learnUntilMs } }: { readonly modes: EgressModes }) {
  const t = useWords(EGRESS_WORDS)
  const mayChange = useMay('operator')
  const [asking, setAsking] = useState<'nothing' | 'enforce' | 'end'>('nothing')
  const close = (): void => setAsking('nothing')
  const isLearning = inForce === 'learn'
  return (
    <Notice tone="warn" title={t.mode(inForce)}>
      <p>{isLearning ? t.learnBanner : t.reportBanner}</p>
      {isLearning && learnUntilMs === null && <p>{t.learnForever}</p>}
      {isLearning && learnUntilMs !== null && (
        <p>
          {t.learnEnds} <Time ms={learnUntilMs} /> (<Ago ms={learnUntilMs} />)
        </p>
      )}
      {mayChange && (
        <div className="row">
          <Button kind="primary" onClick={() => setAsking('enforce')}>
            {t.enforce}
          </Button>
          {isLearning && (
            <Button onClick={() => setAsking('end')}>
              {learnUntilMs === null ? t.learnSetEnd : t.learnMoveEnd}
            </Button>
          )}
        </div>
      )}
      {asking === 'enforce' && <EnforceDialog onClose={close} />}
      {asking === 'end' && <LearnDialog onClose={close} />}
    </Notice>
  )
}
