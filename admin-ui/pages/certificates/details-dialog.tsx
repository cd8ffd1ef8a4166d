// Everything about one certificate: names, chain, key, faults, and which node shows it to clients.

import type { Certificate, CertificateFault, ServedBy } from '../../api/contract.ts'
import { useResource, type Resource } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Badge } from '../../kit/page.tsx'
import { Prose } from '../../kit/prose.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Time } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { DaysLeft } from './days-left.tsx'
import { Nodes } from './nodes.tsx'
import { CERTIFICATES_PATH } from './resources.ts'
import { CERTIFICATE_WORDS } from './words.ts'

export interface DetailsDialogProps {
  readonly item: Certificate
  readonly onClose: () => void
  /** null: who is signed in may not. */
  readonly onReplace: ((id: string) => void) | null
}

export function DetailsDialog({ item, onClose, onReplace }: DetailsDialogProps) {
  const t = useWords(CERTIFICATE_WORDS)
  const { id, kind, names, subject, faults } = item
  const mayReplace = onReplace !== null && kind === 'listener' && id.startsWith('listener:')
  return (
    <Dialog title={names[0] ?? subject} onClose={onClose} size="wide">
      <Facts item={item} />
      {faults.length > 0 && (
        <>
          <h3>{t.faults}</h3>
          <Faults faults={faults} />
        </>
      )}
      {item.chain.length > 0 && <Chain item={item} />}
      {kind === 'listener' && item.isServed && <Shown item={item} />}
      {mayReplace && (
        <div className="row">
          <Button kind="primary" onClick={() => onReplace(id)}>
            {t.replace}
          </Button>
        </div>
      )}
    </Dialog>
  )
}

function Facts({ item }: { readonly item: Certificate }) {
  const t = useWords(CERTIFICATE_WORDS)
  const { names, place, usedBy, serial, keyType, fingerprint, notBeforeMs, notAfterMs } = item
  return (
    <dl className="facts">
      <dt>{t.left}</dt>
      <dd>
        <DaysLeft item={item} />
      </dd>
      <dt>{t.names}</dt>
      <dd className="breakable">
        <code>{names.join(' ')}</code>
      </dd>
      <dt>{t.place}</dt>
      <dd className="breakable">
        <code>{place}</code>
      </dd>
      <dt>{t.usedBy}</dt>
      <dd>{usedBy.join(', ')}</dd>
      <dt>{t.serial}</dt>
      <dd className="breakable">
        <code>{serial}</code> <CopyButton text={serial} />
      </dd>
      {keyType !== '' && (
        <>
          <dt>{t.key}</dt>
          <dd>{keyType}</dd>
        </>
      )}
      {fingerprint !== '' && (
        <>
          <dt>{t.fingerprint}</dt>
          <dd className="breakable">
            <code>{fingerprint}</code>
          </dd>
        </>
      )}
      <dt>{t.valid}</dt>
      <dd>
        {notBeforeMs !== null && <Time ms={notBeforeMs} />} – <Time ms={notAfterMs} />
      </dd>
    </dl>
  )
}

export function Faults({ faults }: { readonly faults: readonly CertificateFault[] }) {
  const t = useWords(CERTIFICATE_WORDS)
  return (
    <ul className="changes">
      {faults.map(({ severity, message, fix }) => (
        <li key={message} className="breakable">
          <Badge tone={severity === 'error' ? 'bad' : 'warn'}>{t.severities[severity]}</Badge>{' '}
          <Prose text={message} /> <span className="hint">→ {fix}</span>
        </li>
      ))}
    </ul>
  )
}

function Chain({ item: { chain } }: { readonly item: Certificate }) {
  const t = useWords(CERTIFICATE_WORDS)
  return (
    <>
      <h3>{t.chain}</h3>
      <ol className="changes">
        {chain.map((link) => (
          <li key={link.serial} className="breakable">
            {link.subject || <code>{link.serial}</code>}
            <div className="hint">
              {t.issuedBy(link.issuer)} · {t.until} <Time ms={link.notAfterMs} />
            </div>
          </li>
        ))}
      </ol>
    </>
  )
}

/** Asked of the listeners by a handshake, not of the configuration. */
function Shown({ item: { usedBy, names } }: { readonly item: Certificate }) {
  const t = useWords(CERTIFICATE_WORDS)
  const host = names.find((name) => /[a-z]/.test(name) && !name.includes(':'))
  const query = new URLSearchParams({
    listener: usedBy[0] ?? '',
    ...(host !== undefined && { name: host.replace(/^\*/, 'sallyport-check') }),
  })
  const resource: Resource<{ items: readonly ServedBy[] }> = {
    path: `${CERTIFICATES_PATH}/served?${query}`,
  }
  const reading = useResource(resource)
  return (
    <>
      <h3>{t.shownBy}</h3>
      <Loaded resource={resource} reading={reading}>
        {({ items }) => <Nodes items={items} />}
      </Loaded>
    </>
  )
}
