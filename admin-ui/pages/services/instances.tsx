// Every instance with its state in words, and a view of those with trouble alone.

import type { InstanceView } from '../../api/contract.ts'
import { INSTANCES } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { Copyable } from '../../kit/copy-button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Check } from '../../kit/form.tsx'
import { Badge, Empty } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQueryField } from '../../router/location.ts'
import { SERVICE_WORDS } from './words.ts'

const POLL_MS = 3000
const COMMAND = `npx sallyport sidecar --service orders --app http://127.0.0.1:3001 \\
  --control https://GATEWAY:15012 --token-file ./join-token`

export function Instances() {
  const t = useWords(SERVICE_WORDS)
  const reading = useResource(INSTANCES, POLL_MS)
  const [only, setOnly] = useQueryField('only')
  const empty = (
    <Empty title={t.none}>
      <p className="hint">{t.noneHint}</p>
      <Copyable text={COMMAND} />
      <Link className="button primary" to="/services/tokens">
        {t.make}
      </Link>
    </Empty>
  )
  return (
    <Loaded resource={INSTANCES} reading={reading}>
      {({ items }) => {
        const troubled = items.filter((instance) => !instance.healthy)
        if (items.length === 0) return empty
        return (
          <DataTable
            caption={t.tabs.instances}
            columns={columnsOf(t)}
            rows={only === 'trouble' && troubled.length > 0 ? troubled : items}
            keyOf={({ service, instance }) => `${service}/${instance}`}
            empty={empty}
            tools={
              <>
                <Check
                  label={`${t.unhealthyOnly} (${troubled.length})`}
                  isOn={only === 'trouble'}
                  onChange={(isOn) => setOnly(isOn ? 'trouble' : '')}
                />
                <Age reading={reading} pollMs={POLL_MS} />
              </>
            }
          />
        )
      }}
    </Loaded>
  )
}

function columnsOf(t: (typeof SERVICE_WORDS)['en']): readonly Column<InstanceView>[] {
  return [
    {
      id: 'service',
      title: t.service,
      value: ({ service }) => service,
      cell: ({ service }) => <strong>{service}</strong>,
    },
    {
      id: 'state',
      title: t.state,
      value: ({ healthy, status }) => `${healthy ? 'b' : 'a'} ${status}`,
      cell: ({ healthy, status, suspect }) => (
        <span className="badges">
          <Badge tone={healthy ? 'ok' : 'bad'}>{healthy ? t.healthy : t.unhealthy}</Badge>
          {status !== 'up' && <Badge tone="info">{status}</Badge>}
          {suspect && <Badge tone="warn">{t.suspect}</Badge>}
        </span>
      ),
    },
    {
      id: 'address',
      title: t.address,
      value: ({ address, port }) => `${address}:${port}`,
      cell: ({ address, port }) => (
        <code>
          {address.includes(':') ? `[${address}]` : address}:{port}
        </code>
      ),
    },
    {
      id: 'instance',
      title: t.instance,
      value: ({ instance }) => instance,
      cell: ({ instance }) => <code>{instance}</code>,
    },
    {
      id: 'version',
      title: t.version,
      isMinor: true,
      value: ({ version }) => version ?? '',
      cell: ({ version }) => version ?? '–',
    },
    {
      id: 'zone',
      title: t.zone,
      isMinor: true,
      value: ({ zone }) => zone ?? '',
      cell: ({ zone }) => zone ?? '–',
    },
    {
      id: 'weight',
      title: t.weight,
      isMinor: true,
      value: ({ weight }) => weight,
      cell: ({ weight }) => weight,
    },
  ]
}
