// Identities of the mesh: those in use, and those that are believed no longer.

import { useMemo, useState } from 'react'
import { CONFIG, INSTANCES, REVOCATIONS } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { mapOf, parseConfig } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { DataTable } from '../../kit/data-table.tsx'
import { Badge, Empty, Page, Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
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
      <Loaded resource={CONFIG} reading={reading}>
        {({ text }) => <Parts text={text} />}
      </Loaded>
      {isRevoking && <RevokeDialog onClose={() => setRevoking(false)} />}
    </Page>
  )
}

function Parts({ text }: { readonly text: string }) {
  const { root } = useMemo(() => parseConfig(text), [text])
  if (root['mesh'] === undefined) return <MeshOff />
  const { trustDomain = '' } = mapOf(root['mesh'])
  return (
    <>
      <Active trustDomain={String(trustDomain)} />
      <Revoked />
    </>
  )
}

/** `billing` stands for `default/billing`. */
function spiffeId(trustDomain: string, service: string): string {
  const [namespace, name] = service.includes('/') ? service.split('/') : ['default', service]
  return `spiffe://${trustDomain}/ns/${namespace}/svc/${name}`
}

function Active({ trustDomain }: { readonly trustDomain: string }) {
  const t = useWords(IDENTITY_WORDS)
  const reading = useResource(INSTANCES, POLL_MS)
  return (
    <Panel title={t.active}>
      <p className="muted">{t.activeLead}</p>
      <Loaded resource={INSTANCES} reading={reading}>
        {({ items }) => {
          const services = Object.entries(Object.groupBy(items, ({ service }) => service))
          return (
            <DataTable
              caption={t.active}
              columns={[
                {
                  id: 'id',
                  title: t.id,
                  value: ([service]) => service,
                  cell: ([service]) => <code>{spiffeId(trustDomain, service)}</code>,
                },
                {
                  id: 'instances',
                  title: t.instances,
                  value: ([, list]) => list?.length ?? 0,
                  cell: ([, list]) => list?.length ?? 0,
                },
              ]}
              rows={services}
              keyOf={([service]) => service}
              empty={<Empty title={t.none} />}
            />
          )
        }}
      </Loaded>
    </Panel>
  )
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
