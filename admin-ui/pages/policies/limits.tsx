// Rate limits: a trial with its picture, and every limit with the routes that have it.

import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Panel } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import type { PolicyTabProps } from './draft-edit.ts'
import { ToRoutes } from './first-steps.tsx'
import { LimitTrial } from './limit-trial.tsx'
import { LIMIT_WORDS } from './limit-words.ts'
import { attachLimit, detachLimit, limitsOf, type Shared } from './policy-edits.ts'
import { Attach, UsedBy } from './used-by.tsx'
import { POLICY_WORDS } from './words.ts'

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
            <Limit key={limit.text} limit={limit} onTry={() => setTried(limit)} {...props} />
          ))
        )}
      </div>
    </>
  )
}

interface LimitProps extends PolicyTabProps {
  readonly limit: Shared
  readonly onTry: () => void
}

function Limit({ limit, onTry, config, edit, mayChange }: LimitProps) {
  const t = useWords(LIMIT_WORDS)
  const common = useWords(POLICY_WORDS)
  const { value, routes } = limit
  const others = config.routes.filter(({ index }) => routes.every((one) => one.index !== index))
  return (
    <Panel>
      <div className="stack">
        <Copyable text={limit.text} />
        <dl className="facts">
          <dt>{common.usedBy}</dt>
          <dd>
            <UsedBy
              routes={routes}
              onDetach={
                mayChange
                  ? (route) =>
                      edit((text) => detachLimit(text, route, value), common.detached(route.name))
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
                edit((text) => attachLimit(text, route, value), common.attached(route.name))
              }
            />
          )}
        </div>
      </div>
    </Panel>
  )
}
