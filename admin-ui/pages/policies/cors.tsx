// CORS: the simulator, and every policy with the routes that have it.

import { useState } from 'react'
import { stringify } from 'yaml'
import { FirstStep } from '../../kit/first-step.tsx'
import { useWords } from '../../language/words.ts'
import { CORS_WORDS } from './cors-words.ts'
import { CorsSimulator } from './cors-simulator.tsx'
import type { PolicyTabProps } from './draft-edit.ts'
import { ToRoutes } from './first-steps.tsx'
import { attachCors, corsOf, detachCors, type Shared } from './policy-edits.ts'
import { SharedPolicy } from './shared-policy.tsx'

const EXAMPLE =
  'cors: { origins: ["https://app.example.com"], headers: [authorization, content-type] }'

export function Cors(props: PolicyTabProps) {
  const t = useWords(CORS_WORDS)
  const [tried, setTried] = useState<Shared | null>(null)
  const policies = corsOf(props.config)
  const route = tried?.routes[0]
  const given = tried === null || route === undefined ? null : { value: tried.value, route }
  return (
    <>
      <CorsSimulator key={tried?.text ?? ''} given={given} {...props} />
      <div className="stack">
        <h2>{t.policies}</h2>
        {policies.length === 0 ? (
          <FirstStep
            title={t.none}
            hint={t.noneHint}
            example={EXAMPLE}
            command="cors orders --origin https://app.example.com"
            operation="simulateCors"
            needs="operator"
            action={<ToRoutes />}
          />
        ) : (
          policies.map((policy) => (
            <SharedPolicy
              key={policy.text}
              policy={policy}
              shown={stringify({ cors: policy.value }).trim()}
              words={t}
              attach={attachCors}
              detach={detachCors}
              onTry={() => setTried(policy)}
              {...props}
            />
          ))
        )}
      </div>
    </>
  )
}
