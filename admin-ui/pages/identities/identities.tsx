// Identities of the mesh: those in use, and those that are believed no longer.

import { useMemo, useState } from 'react'
import type { Certificate } from '../../api/contract.ts'
import { CONFIG, REVOCATIONS } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge, Page, Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQueryField } from '../../router/location.ts'
import { useMay } from '../../session/session.ts'
import { CertificateTabs } from '../certificates/certificate-tabs.tsx'
import { DaysLeft } from '../certificates/days-left.tsx'
import { identities } from '../certificates/resources.ts'
import { MeshOff } from '../services/services.tsx'
import { RevokeDialog } from './revoke-dialog.tsx'
import { IDENTITY_WORDS } from './words.ts'

const POLL_MS = 5000

export function Identities() {
  const t = useWords(IDENTITY_WORDS)
  const reading = useResource(CONFIG)
  const mayRevoke = useMay('admin')
  const [isRevoking, setRevoking] = useState(false)
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        mayRevoke && (
          <Button kind="danger" onClick={() => setRevoking(true)}>
            {t.revoke}
          </Button>
        )
      }
    >
      <CertificateTabs current="/certificates/identities" />
      <Loaded resource={CONFIG} reading={reading}>
        {({ text }) => <Parts text={text} />}
      </Loaded>
      {isRevoking && <RevokeDialog of="" onClose={() => setRevoking(false)} />}
    </Page>
  )
}

function Parts({ text }: { readonly text: string }) {
  const { root } = useMemo(() => parseConfig(text), [text])
  if (root['mesh'] === undefined) return <MeshOff />
  return (
    <>
      <Active />
      <Revoked />
    </>
  )
}

function Active() {
  const t = useWords(IDENTITY_WORDS)
  const [after] = useQueryField('after')
  const resource = identities(after)
  const reading = useResource(resource, POLL_MS)
  const mayRevoke = useMay('admin')
  const [revoking, setRevoking] = useState<string | null>(null)
  return (
    <Panel title={t.active}>
      <p className="muted">{t.activeLead}</p>
      <Loaded resource={resource} reading={reading}>
        {({ items, nextCursor }) => (
          <>
            <DataTable
              caption={t.active}
              columns={columnsOf(t, mayRevoke ? setRevoking : null)}
              rows={items}
              keyOf={({ id }) => id}
              tools={<Age reading={reading} pollMs={POLL_MS} />}
              empty={
                <FirstStep
                  title={t.none}
                  command="join-token --service billing"
                  operation="listCertificates"
                  needs="operator"
                  action={
                    <Link className="button primary" to="/services/tokens">
                      {t.toTokens}
                    </Link>
                  }
                />
              }
            />
            <div className="row">
              {after !== '' && <Link to="/certificates/identities">{t.first}</Link>}
              {nextCursor !== null && (
                <Link to={`/certificates/identities?after=${encodeURIComponent(nextCursor)}`}>
                  {t.next}
                </Link>
              )}
            </div>
          </>
        )}
      </Loaded>
      {revoking !== null && <RevokeDialog of={revoking} onClose={() => setRevoking(null)} />}
    </Panel>
  )
}

function columnsOf(
  t: (typeof IDENTITY_WORDS)['en'],
  onRevoke: ((serial: string) => void) | null,
): readonly Column<Certificate>[] {
  const columns: Column<Certificate>[] = [
    {
      id: 'instance',
      title: t.instance,
      value: ({ place }) => place,
      cell: ({ place }) => <code className="breakable">{place}</code>,
    },
    {
      id: 'id',
      title: t.id,
      value: ({ names }) => names.join(' '),
      cell: ({ names }) => <code className="breakable">{names.join(' ')}</code>,
    },
    {
      id: 'left',
      title: t.left,
      value: ({ notAfterMs }) => notAfterMs,
      cell: (item) => <DaysLeft item={item} />,
    },
    {
      id: 'serial',
      title: t.serial,
      isMinor: true,
      value: ({ serial }) => serial,
      cell: ({ serial }) => <code className="breakable">{serial}</code>,
    },
  ]
  if (onRevoke !== null) {
    columns.push({
      id: 'revoke',
      title: t.revokeDo,
      cell: ({ serial, place }) => (
        <Button
          kind="quiet"
          className="small"
          aria-label={t.revokeOf(place)}
          onClick={() => onRevoke(serial)}
        >
          {t.revoke}
        </Button>
      ),
    })
  }
  return columns
}

function Revoked() {
  const t = useWords(IDENTITY_WORDS)
  const reading = useResource(REVOCATIONS, POLL_MS)
  return (
    <Panel title={t.revoked}>
      <Loaded resource={REVOCATIONS} reading={reading}>
        {({ ids, serials }) =>
          ids.length + serials.length === 0 ? (
            <p className="muted">{t.revokedNone}</p>
          ) : (
            <ul className="changes">
              {ids.map((id) => (
                <li key={id}>
                  <Badge tone="bad">{t.kinds.id}</Badge> <code>{id}</code>
                </li>
              ))}
              {serials.map((serial) => (
                <li key={serial}>
                  <Badge tone="bad">{t.kinds.serial}</Badge> <code>{serial}</code>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  )
}
