// The issuers: whose tokens are accepted, how their keys are, and on which routes.

import { useState } from 'react'
import type { ListedIssuer } from '../../api/contract.ts'
import { ISSUERS } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { listOf, mapOf, type RouteView } from '../../config-text/parse.ts'
import { Copyable } from '../../kit/copy-button.tsx'
import { TextField } from '../../kit/form.tsx'
import { Badge, Empty, Notice, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Prose } from '../../kit/prose.tsx'
import { Ago } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { plainText } from '../../language/typed-text.ts'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import type { PolicyTabProps } from './draft-edit.ts'
import { IssuerInspector } from './issuer-inspector.tsx'
import { ISSUER_WORDS } from './issuer-words.ts'
import { attachIssuer, detachIssuer, isOnlyIssuer } from './policy-edits.ts'
import { Attach, UsedBy } from './used-by.tsx'
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
        <Empty title={t.none}>
          <p className="hint">{t.noneHint}</p>
          <Copyable text={EXAMPLE} />
        </Empty>
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

interface IssuerProps extends PolicyTabProps {
  readonly name: string
  /** null: not served, or not read yet. */
  readonly listed: ListedIssuer | null
  readonly isRead: boolean
}

function Issuer({ name, listed, isRead, config, edit, mayChange }: IssuerProps) {
  const t = useWords(ISSUER_WORDS)
  const common = useWords(POLICY_WORDS)
  const [audience, setAudience] = useState('')
  const [isOnly, setOnly] = useState(false)
  const [isAudienceMissing, setAudienceMissing] = useState(false)
  const written = mapOf(config.root['issuers'])[name]
  const uses = (route: RouteView): boolean =>
    route.auth.kind === 'token' && route.auth.issuers.includes(name)
  const detach = (route: RouteView): void => {
    const isLast = isOnlyIssuer(route, name)
    setOnly(isLast)
    if (!isLast) edit((text) => detachIssuer(text, route, name), common.detached(route.name))
  }
  const attach = (route: RouteView): void => {
    const isMissing = route.auth.kind !== 'token' && plainText(audience) === ''
    setAudienceMissing(isMissing)
    if (isMissing) return
    edit(
      (text) => attachIssuer(text, route, name, plainText(audience)),
      common.attached(route.name),
    )
  }
  const others = config.routes.filter((route) => !uses(route))
  const isNeeded = others.some(({ auth }) => auth.kind !== 'token')
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
            <UsedBy routes={config.routes.filter(uses)} onDetach={mayChange ? detach : null} />
          </dd>
        </dl>
        {listed?.joinsMesh === true && <p className="muted">{t.mesh}</p>}
        {isOnly && <Notice tone="warn" title={t.only} />}
        {mayChange && (
          <>
            {isNeeded && (
              <TextField
                label={t.audience}
                hint={t.audienceHint}
                className="code"
                fault={isAudienceMissing ? t.audienceMissing : null}
                value={audience}
                onChange={setAudience}
              />
            )}
            <Attach label={t.attachTo} routes={others} onAttach={attach} />
          </>
        )}
      </div>
    </Panel>
  )
}

const TONES = { loading: 'info', fresh: 'ok', stale: 'warn', failed: 'bad' } as const

function Health({ listed, isRead }: Pick<IssuerProps, 'listed' | 'isRead'>) {
  const t = useWords(ISSUER_WORDS)
  if (listed === null) {
    if (!isRead) return null
    return (
      <>
        <dt>{t.health}</dt>
        <dd>
          <Badge tone="info">{t.states.draft}</Badge>
        </dd>
      </>
    )
  }
  const { health, keys } = listed
  const kids = keys.map(({ kid, alg, type }) => `${kid ?? '–'} (${alg ?? type})`)
  return (
    <>
      <dt>{t.health}</dt>
      <dd>
        {health === null ? (
          <Badge tone="neutral">{t.states.unknown}</Badge>
        ) : (
          <Badge tone={TONES[health.state]}>{t.states[health.state]}</Badge>
        )}{' '}
        {t.stateOf(keys.length)} <code>{kids.join(', ')}</code>
        {(health?.refusedKeys ?? []).map(({ index, keyId, reason }) => (
          <p key={index} className="hint">
            <code>{keyId ?? `#${index + 1}`}</code> <Prose text={wordFor(t.refusals, reason)} />
          </p>
        ))}
      </dd>
      {health !== null && health.lastSuccessMs !== null && (
        <>
          <dt>{t.lastSuccess}</dt>
          <dd>
            <Ago ms={health.lastSuccessMs} />
          </dd>
        </>
      )}
      {health !== null && health.lastError !== null && (
        <>
          <dt>{t.lastError}</dt>
          <dd className="breakable">{health.lastError}</dd>
        </>
      )}
    </>
  )
}

function Rules({ listed }: { readonly listed: ListedIssuer }) {
  const t = useWords(ISSUER_WORDS)
  const { number } = useFormat()
  const { algorithms, clockSkewMs, maxLifetimeMs, type, jwks, hasOwnCa } = listed
  const parts = [
    algorithms.join(' '),
    t.skew(number(clockSkewMs / 1000)),
    ...(maxLifetimeMs === null ? [] : [t.life(number(maxLifetimeMs / 60_000))]),
    ...(type === null ? [] : [t.typ(type)]),
    ...(jwks.kind === 'inline' ? [t.inline] : []),
    ...(jwks.url === null ? [] : [jwks.url]),
    ...(hasOwnCa ? [t.ownCa] : []),
  ]
  return (
    <>
      <dt>{t.rules}</dt>
      <dd>{parts.join(' · ')}</dd>
    </>
  )
}
