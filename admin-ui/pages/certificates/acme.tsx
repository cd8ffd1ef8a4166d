// Certificates that an authority issues by itself: how each is, why one is not, when it is tried again, and trying it now.

import { useEffect, useRef } from 'react'
import { call } from '../../api/client.ts'
import type { AcmeCertificate } from '../../api/contract.ts'
import { invalidate, useResource } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Badge, Panel, type Tone } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Only } from '../../kit/first-step.tsx'
import { Prose } from '../../kit/prose.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Time } from '../../kit/time.tsx'
import { tell } from '../../kit/toasts.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useMay } from '../../session/session.ts'
import { ACME_WORDS } from './acme-words.ts'
import { ACME, CERTIFICATES_PATH } from './resources.ts'
import { CERTIFICATE_WORDS } from './words.ts'

const POLL_MS = 2000
/** Pages of the list, not what stands below the same path. */
const LIST = `${CERTIFICATES_PATH}?`

const EXAMPLE = `tls:
  certs: ./certs
  acme:
    directory: https://acme-v02.api.letsencrypt.org/directory
    email: ops@example.com
    names: [api.example.com]
    termsAgreed: true`

const TONES: Readonly<Record<AcmeCertificate['state']['kind'], Tone>> = {
  starting: 'neutral',
  good: 'ok',
  ordering: 'info',
  queued: 'info',
  failed: 'bad',
}

export function Acme() {
  const reading = useResource(ACME, POLL_MS)
  const serials = reading.data?.items.map(({ serial }) => serial).join()
  const before = useRef(serials)
  useEffect(() => {
    // The list above polls less often, and would go on showing the one before.
    if (before.current !== undefined && before.current !== serials) invalidate(LIST)
    before.current = serials
  }, [serials])
  return (
    <Loaded resource={ACME} reading={reading}>
      {({ items }) => (items.length === 0 ? <How /> : <Issued items={items} />)}
    </Loaded>
  )
}

function Issued({ items }: { readonly items: readonly AcmeCertificate[] }) {
  const t = useWords(ACME_WORDS)
  return (
    <Panel title={t.title}>
      <ul className="changes">
        {items.map((item) => (
          <li key={item.listener}>
            <One item={item} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function One({ item }: { readonly item: AcmeCertificate }) {
  const t = useWords(ACME_WORDS)
  const words = useWords(CERTIFICATE_WORDS)
  const may = useMay('admin')
  const action = useAction()
  const { listener, listeners, names, directory, notAfterMs, state } = item
  const isFailed = state.kind === 'failed'
  const order = (): void =>
    void action.run(async () => {
      await call('POST', `${CERTIFICATES_PATH}/acme:renew`, { body: { listener } })
      invalidate(CERTIFICATES_PATH)
      tell(t.begun)
    })
  return (
    <div className="stack">
      <p className="badges">
        <strong className="breakable">{names.join(', ')}</strong>
        <Badge tone={TONES[state.kind]}>{t.states[state.kind]}</Badge>
        {notAfterMs !== null && (
          <span className="hint">
            {t.until} <Time ms={notAfterMs} />
          </span>
        )}
      </p>
      <dl className="facts">
        <dt>{t.listener}</dt>
        <dd>{listeners.join(', ')}</dd>
        <dt>{t.authority}</dt>
        <dd className="breakable">
          <code>{directory}</code>
        </dd>
        <Standing state={state} />
      </dl>
      {isFailed && <p className="fault">{notAfterMs === null ? t.none : t.served}</p>}
      {action.refusal && <Problem refusal={action.refusal} onDismiss={action.clear} />}
      {may && (
        <div className="row">
          <Button
            kind={isFailed ? 'primary' : 'plain'}
            aria-label={isFailed ? t.retryOf(listener) : t.renewOf(listener)}
            isBusy={action.isBusy || state.kind === 'ordering'}
            onClick={order}
          >
            {isFailed ? t.retry : t.renew}
          </Button>
        </div>
      )}
      {may && (
        <details>
          <summary>{words.byCommand}</summary>
          <Copyable text={`sallyport certs renew ${listener}`} />
        </details>
      )}
    </div>
  )
}

/** What is going on, as terms and what they are. */
function Standing({ state }: Pick<AcmeCertificate, 'state'>) {
  const t = useWords(ACME_WORDS)
  const { number } = useFormat()
  switch (state.kind) {
    case 'good':
      return (
        <>
          <dt>{t.renewsAt}</dt>
          <dd>
            <Time ms={state.nextAtMs} />
          </dd>
        </>
      )
    case 'ordering':
      return (
        <>
          <dt>{t.states.ordering}</dt>
          <dd>{t.steps[state.step]}</dd>
        </>
      )
    case 'queued':
      return (
        <>
          <dt>{t.states.queued}</dt>
          <dd>{t.by(state.by)}</dd>
        </>
      )
    case 'failed':
      return (
        <>
          <dt>{t.reason}</dt>
          <dd className="breakable">{state.reason}</dd>
          <dt>{t.triedAt}</dt>
          <dd>
            <Time ms={state.atMs} /> · {t.attempts(number(state.attempts))}
          </dd>
          <dt>{t.nextTry}</dt>
          <dd>
            <Time ms={state.nextAtMs} />
          </dd>
        </>
      )
    default:
      return null
  }
}

function How() {
  const t = useWords(ACME_WORDS)
  return (
    <details className="more">
      <summary>{t.how}</summary>
      <p>
        <Prose text={t.howText} />
      </p>
      <Copyable text={EXAMPLE} />
      <div className="row">
        <Only needs="operator">
          <Link className="button" to="/config">
            {t.toConfig}
          </Link>
        </Only>
      </div>
    </details>
  )
}
