// Who issues the identities of the mesh, and putting another root in its place, one step after the other.

import { useMemo } from 'react'
import { call } from '../../api/client.ts'
import type { MeshAuthority } from '../../api/contract.ts'
import { CONFIG } from '../../api/resources.ts'
import { invalidate, useResource } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Badge, Notice, Page, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Prose } from '../../kit/prose.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Time } from '../../kit/time.tsx'
import { tell } from '../../kit/toasts.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useMay } from '../../session/session.ts'
import { MeshOff } from '../services/services.tsx'
import { CertificateTabs } from './certificate-tabs.tsx'
import { AUTHORITY } from './resources.ts'
import { CERTIFICATE_WORDS } from './words.ts'

const POLL_MS = 2000

export function Authority() {
  const t = useWords(CERTIFICATE_WORDS)
  const reading = useResource(CONFIG)
  return (
    <Page title={t.title} lead={t.authorityLead}>
      <CertificateTabs current="/certificates/authority" />
      <Loaded resource={CONFIG} reading={reading}>
        {({ text }) => <Parts text={text} />}
      </Loaded>
    </Page>
  )
}

function Parts({ text }: { readonly text: string }) {
  const { root } = useMemo(() => parseConfig(text), [text])
  return root['mesh'] === undefined ? <MeshOff /> : <Steps />
}

function Steps() {
  const reading = useResource(AUTHORITY, POLL_MS)
  return (
    <Loaded resource={AUTHORITY} reading={reading}>
      {(authority) => (
        <>
          <InUse authority={authority} />
          <Rotation authority={authority} />
          <Retiring authority={authority} />
        </>
      )}
    </Loaded>
  )
}

function InUse({ authority: { kind, alarm, issuing, trustDomain } }: Props) {
  const t = useWords(CERTIFICATE_WORDS)
  return (
    <Panel title={t.inUse}>
      <dl className="facts">
        <dt>{t.trustDomain}</dt>
        <dd>
          <code>{trustDomain}</code>
        </dd>
        <dt>{t.authorityKind}</dt>
        <dd>
          <Prose text={t.authorityKinds[kind]} />
        </dd>
        <dt>{t.validUntil}</dt>
        <dd>
          <Time ms={issuing.notAfterMs} /> {alarm !== 'none' && <Badge tone="bad">{alarm}</Badge>}
        </dd>
        <dt>{t.roots}</dt>
        <dd className="breakable">
          {issuing.fingerprints.map((fingerprint) => (
            <div key={fingerprint}>
              <code>{fingerprint}</code>
            </div>
          ))}
        </dd>
      </dl>
    </Panel>
  )
}

interface Props {
  readonly authority: MeshAuthority
}

function Rotation({ authority: { kind, announced } }: Props) {
  const t = useWords(CERTIFICATE_WORDS)
  const may = useMay('admin')
  const action = useAction()
  const step = (verb: 'rotate' | 'finish' | 'abandon', said: string): void =>
    void action.run(async () => {
      await call('POST', `/api/v1/mesh/authority:${verb}`, { body: {} })
      invalidate('/api/v1/mesh/authority', '/api/v1/certificates')
      tell(said)
    })
  return (
    <Panel title={t.rotation}>
      {announced === null ? (
        <>
          <p>
            <Prose text={t.rotationLead[kind]} />
          </p>
          {may && kind === 'development' && (
            <Button isBusy={action.isBusy} onClick={() => step('rotate', t.rotated)}>
              {t.rotate}
            </Button>
          )}
        </>
      ) : (
        <>
          <Announced announced={announced} />
          {may && (
            <div className="row">
              <Button
                kind="primary"
                isBusy={action.isBusy}
                disabledBecause={
                  announced.trusting < announced.members
                    ? t.trusting(announced.trusting, announced.members)
                    : null
                }
                onClick={() => step('finish', t.finished)}
              >
                {t.finish}
              </Button>
              {kind === 'development' ? (
                <Button onClick={() => step('abandon', t.abandoned)}>{t.abandon}</Button>
              ) : (
                <Link to="/revisions">{t.abandonFiles}</Link>
              )}
            </div>
          )}
        </>
      )}
      {action.refusal && <Problem refusal={action.refusal} onDismiss={action.clear} />}
      {may && kind === 'development' && (
        <details>
          <summary>{t.byCommand}</summary>
          <Copyable
            text={`sallyport certs authority ${announced === null ? 'rotate' : 'finish'}`}
          />
        </details>
      )}
    </Panel>
  )
}

function Announced({ announced }: { readonly announced: NonNullable<MeshAuthority['announced']> }) {
  const t = useWords(CERTIFICATE_WORDS)
  const { trusting, members, waitingFor, fingerprints, fromMs } = announced
  const isAll = trusting === members
  return (
    <div className="stack">
      <dl className="facts">
        <dt>{t.newRoot}</dt>
        <dd className="breakable">
          <code>{fingerprints.join(' ')}</code>
        </dd>
        {fromMs !== null && (
          <>
            <dt>{t.byItself}</dt>
            <dd>
              <Time ms={fromMs} />
            </dd>
          </>
        )}
      </dl>
      <Notice
        tone={isAll ? 'ok' : 'info'}
        title={members === 0 ? t.noMembers : t.trusting(trusting, members)}
      >
        <p>{isAll ? t.allTrust : t.locked}</p>
        <progress
          aria-label={t.trusting(trusting, members)}
          value={members === 0 ? 1 : trusting}
          max={Math.max(1, members)}
        />
      </Notice>
      {waitingFor.length > 0 && (
        <>
          <h3>{t.waitingFor}</h3>
          <ul className="changes">
            {waitingFor.map(({ service, instance }) => (
              <li key={`${service}/${instance}`}>
                <code className="breakable">
                  {service}/{instance}
                </code>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function Retiring({ authority: { retiring } }: Props) {
  const t = useWords(CERTIFICATE_WORDS)
  if (retiring.length === 0) return null
  return (
    <Panel title={t.retiring}>
      <p className="muted">{t.retiringLead}</p>
      <ul className="changes">
        {retiring.map(({ fingerprint, untilMs }) => (
          <li key={fingerprint} className="breakable">
            <code>{fingerprint}</code>{' '}
            <span className="hint">
              {t.until} <Time ms={untilMs} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
