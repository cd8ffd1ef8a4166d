// Every endpoint of every service: how it is and why, what it is doing, and keeping it from new requests.

import { useState, type ReactNode } from 'react'
import { call } from '../../api/client.ts'
import type { ServiceView } from '../../api/contract.ts'
import { SERVICES } from '../../api/resources.ts'
import { invalidate, useResource } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { DataTable } from '../../kit/data-table.tsx'
import { Check } from '../../kit/form.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Notice } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { tell } from '../../kit/toasts.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQueryField } from '../../router/location.ts'
import { useMay } from '../../session/session.ts'
import { DrainDialog } from './drain-dialog.tsx'
import { useEndpointColumns } from './endpoint-columns.tsx'
import type { EndpointRow } from './endpoint-row.ts'
import { SERVICE_WORDS } from './words.ts'

const POLL_MS = 2000

export function Endpoints() {
  const reading = useResource(SERVICES, POLL_MS)
  return (
    <Loaded resource={SERVICES} reading={reading}>
      {({ items, missing }) => (
        <Table
          services={items}
          missing={missing}
          age={<Age reading={reading} pollMs={POLL_MS} />}
        />
      )}
    </Loaded>
  )
}

interface TableProps {
  readonly services: readonly ServiceView[]
  readonly missing: number
  readonly age: ReactNode
}

function Table({ services, missing, age }: TableProps) {
  const t = useWords(SERVICE_WORDS)
  const mayChange = useMay('operator')
  const [only, setOnly] = useQueryField('only')
  const [draining, setDraining] = useState<EndpointRow | null>(null)
  const action = useAction()
  const enable = ({ service, endpoint }: EndpointRow): void =>
    void action.run(async () => {
      const path = `/api/v1/services/${encodeURIComponent(service.name)}/endpoints:enable`
      await call('POST', path, { body: { endpoint: endpoint.name } })
      invalidate(SERVICES.path)
      tell(t.enabled(endpoint.name))
    })
  const columns = useEndpointColumns(mayChange ? { drain: setDraining, enable } : null)
  const rows = services.flatMap((service) =>
    service.endpoints.map((endpoint): EndpointRow => ({ service, endpoint })),
  )
  const troubled = rows.filter(({ endpoint }) => endpoint.isTroubled)
  const nobody = services.filter(({ endpoints }) => endpoints.length === 0)
  return (
    <>
      {action.refusal && <Problem refusal={action.refusal} onDismiss={action.clear} />}
      {missing > 0 && <Notice tone="warn" title={t.missing(missing)} />}
      {nobody.length > 0 && (
        <Notice tone="warn" title={t.withoutEndpoints}>
          {nobody.map(({ name }) => name).join(', ')}
        </Notice>
      )}
      {only === 'trouble' && rows.length > 0 && troubled.length === 0 && (
        <Notice tone="ok" title={t.noTrouble} />
      )}
      <DataTable
        caption={t.tabs.endpoints}
        columns={columns}
        rows={only === 'trouble' && troubled.length > 0 ? troubled : rows}
        keyOf={({ service, endpoint }) => `${service.name} ${endpoint.name}`}
        empty={<NoServices />}
        tools={
          <>
            <Check
              label={`${t.unhealthyOnly} (${troubled.length})`}
              isOn={only === 'trouble'}
              onChange={(isOn) => setOnly(isOn ? 'trouble' : '')}
            />
            {age}
          </>
        }
      />
      {draining !== null && <DrainDialog row={draining} onClose={() => setDraining(null)} />}
    </>
  )
}

function NoServices() {
  const t = useWords(SERVICE_WORDS)
  return (
    <FirstStep
      title={t.noServices}
      hint={t.noServicesHint}
      command="services"
      operation="listServices"
      needs="operator"
      action={
        <Link className="button primary" to="/routes/+new">
          {t.addRoute}
        </Link>
      }
    />
  )
}
