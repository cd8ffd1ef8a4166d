// Rate limits: a trial with its picture, and every limit with the routes that have it.

import { useState } from 'react'
import { FirstStep } from '../../kit/first-step.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import type { PolicyTabProps } from './draft-edit.ts'
import { ToRoutes } from './first-steps.tsx'
import { LimitTrial } from './limit-trial.tsx'
import { LIMIT_WORDS } from './limit-words.ts'
import { attachLimit, detachLimit, limitsOf, type Shared } from './policy-edits.ts'
import { SharedPolicy } from './shared-policy.tsx'

export function Limits(props: PolicyTabProps) {
  const t = useWords(LIMIT_WORDS)
  const [tried, setTried] = useState<Shared | null>(null)
  const limits = limitsOf(props.config)
  return (
    <>
      <LimitTrial key={tried?.text ?? ''} given={tried} {...props} />
      <p className="row">
        <Link to="/limits">{t.live}</Link>
      </p>
      <div className="stack">
        <h2>{t.policies}</h2>
        {limits.length === 0 ? (
          <FirstStep
            title={t.none}
            hint={t.noneHint}
            example="limits: [ 100/min per sub, 20/s per ip ]"
            command="limits measures"
            operation="listLimitMeasures"
            needs="operator"
            action={<ToRoutes />}
          />
        ) : (
          limits.map((limit) => (
            <SharedPolicy
              key={limit.text}
              policy={limit}
              shown={limit.text}
              words={t}
              attach={attachLimit}
              detach={detachLimit}
              onTry={() => setTried(limit)}
              {...props}
            />
          ))
        )}
      </div>
    </>
  )
}
