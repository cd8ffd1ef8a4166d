// The issuers: whose tokens are accepted, how their keys are, and on which routes.

import { useState } from 'react'
import { ISSUERS } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { flowText, listOf, mapOf, type RouteView } from '../../config-text/parse.ts'
import { FirstStep } from '../../kit/first-step.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { useWords } from '../../language/words.ts'
import type { PolicyTabProps } from './draft-edit.ts'
import { ToFirstService } from './first-steps.tsx'
import { changeIssuer, issuerFields } from './issuer-fields.ts'
import { ISSUER_FORM_WORDS } from './issuer-form-words.ts'
import { IssuerForm } from './issuer-form.tsx'
import { Health, Rules, type HealthProps } from './issuer-health.tsx'
import { IssuerInspector } from './issuer-inspector.tsx'
import { ISSUER_WORDS } from './issuer-words.ts'
import { detachIssuer, isOnlyIssuer, requirementText, requireToken } from './requirement.ts'
import { RequirementForm } from './requirement-form.tsx'
import { UsedBy } from './used-by.tsx'
import { POLICY_WORDS } from './words.ts'

const POLL_MS = 5000
const EXAMPLE = 'issuers: { idp: https://idp.example.com/ }'

export function Issuers(props: PolicyTabProps) {
  const t = useWords(ISSUER_WORDS)
  const { config, mayChange } = props
  const reading = useResource(ISSUERS, POLL_MS)
  return (
    <>
      {mayChange && <IssuerInspector {...props} />}
      {reading.refusal !== null && <Problem refusal={reading.refusal} />}
      {config.issuers.length === 0 ? (
        <FirstStep
          title={t.none}
          hint={t.noneHint}
          example={EXAMPLE}
          command="issuers discover https://idp.example.com/"
          operation="listIssuers"
          needs="operator"
          action={<ToFirstService />}
        />
      ) : (
        config.issuers.map((name) => (
          <Issuer
            key={name}
            name={name}
            listed={reading.data?.items.find((one) => one.name === name) ?? null}
            isRead={reading.data !== null}
            {...props}
          />
        ))
      )}
    </>
  )
}

interface IssuerProps extends PolicyTabProps, HealthProps {
  readonly name: string
}

function Issuer({ name, listed, isRead, config, edit, mayChange }: IssuerProps) {
  const t = useWords(ISSUER_WORDS)
  const form = useWords(ISSUER_FORM_WORDS)
  const common = useWords(POLICY_WORDS)
  const [isOnly, setOnly] = useState(false)
  const written = mapOf(config.root['issuers'])[name]
  const uses = (route: RouteView): boolean =>
    route.auth.kind === 'token' && route.auth.issuers.includes(name)
  const detach = (route: RouteView): void => {
    const isLast = isOnlyIssuer(route, name)
    setOnly(isLast)
    if (!isLast) edit((text) => detachIssuer(text, route, name), common.detached(route.name))
  }
  return (
    <Panel title={name}>
      <div className="stack">
        <dl className="facts">
          <dt>{t.issuer}</dt>
          <dd>
            <code>
              {typeof written === 'string' ? written : listOf(mapOf(written)['issuer'])[0]}
            </code>
          </dd>
          <Health listed={listed} isRead={isRead} />
          {listed !== null && <Rules listed={listed} />}
          <dt>{common.usedBy}</dt>
          <dd>
            <UsedBy
              routes={config.routes.filter(uses)}
              noteOf={requirementText}
              onDetach={mayChange ? detach : null}
            />
          </dd>
        </dl>
        {listed?.joinsMesh === true && <p className="muted">{t.mesh}</p>}
        {isOnly && <Notice tone="warn" title={t.only} />}
        {mayChange && (
          <>
            <details className="more">
              <summary>{form.ask}</summary>
              <RequirementForm
                issuer={name}
                routes={config.routes}
                onSave={(route, fields) =>
                  edit((text) => requireToken(text, route, name, fields), form.required(route.name))
                }
              />
            </details>
            <details className="more">
              <summary>{form.change}</summary>
              <IssuerForm
                key={flowText(written)}
                name={name}
                given={issuerFields(written)}
                found={listed?.jwks.url ?? null}
                usable={null}
                action={form.put}
                onSave={(fields) =>
                  edit((text) => changeIssuer(text, name, written, fields), form.changed(name))
                }
              />
            </details>
          </>
        )}
      </div>
    </Panel>
  )
}
