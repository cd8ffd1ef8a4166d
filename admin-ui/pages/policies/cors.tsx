// CORS: the simulator, and every policy with the routes that have it.

import { useState } from 'react'
import { stringify } from 'yaml'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Panel } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import { CORS_WORDS } from './cors-words.ts'
import { CorsSimulator } from './cors-simulator.tsx'
import type { PolicyTabProps } from './draft-edit.ts'
import { ToRoutes } from './first-steps.tsx'
import { attachCors, corsOf, detachCors, type Shared } from './policy-edits.ts'
import { Attach, UsedBy } from './used-by.tsx'
import { POLICY_WORDS } from './words.ts'

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
            <Policy key={policy.text} policy={policy} onTry={() => setTried(policy)} {...props} />
          ))
        )}
      </div>
    </>
  )
}

interface PolicyProps extends PolicyTabProps {
  readonly policy: Shared
  readonly onTry: () => void
}

function Policy({ policy, onTry, config, edit, mayChange }: PolicyProps) {
  const t = useWords(CORS_WORDS)
  const common = useWords(POLICY_WORDS)
  const others = config.routes.filter(({ index }) => {
    return policy.routes.every((route) => route.index !== index)
  })
  return (
    <Panel>
      <div className="stack">
        <Copyable text={stringify({ cors: policy.value }).trim()} />
        <dl className="facts">
          <dt>{common.usedBy}</dt>
          <dd>
            <UsedBy
              routes={policy.routes}
              onDetach={
                mayChange
                  ? (route) => edit((text) => detachCors(text, route), common.detached(route.name))
                  : null
              }
            />
          </dd>
        </dl>
        <div className="row">
          <Button onClick={onTry}>{t.try}</Button>
          {mayChange && (
            <Attach
              label={t.attachTo}
              routes={others}
              onAttach={(route) =>
                edit((text) => attachCors(text, route, policy.value), common.attached(route.name))
              }
            />
          )}
        </div>
      </div>
    </Panel>
  )
}
