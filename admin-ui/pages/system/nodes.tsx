// The nodes of the fleet, one row each: what it serves and runs, how it is, and how far its clock is off.

import { NODES, type Node } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Badge, Notice } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { SameByCli } from './same-by-cli.tsx'
import { SYSTEM_WORDS } from './words.ts'

const POLL_MS = 5000
/** A token or a certificate may be judged wrongly beyond this. */
const MUCH_SKEW_MS = 1000
const TONES = { serving: 'ok', behind: 'warn', failed: 'bad', away: 'bad' } as const

export function SystemNodes() {
  const t = useWords(SYSTEM_WORDS)
  const { number } = useFormat()
  const reading = useResource(NODES, POLL_MS)
  return (
    <Loaded resource={NODES} reading={reading}>
      {({ items, store }) => (
        <>
          <p className="row">
            <span>{t.storeKinds[store.kind]}</span>
            <Age reading={reading} pollMs={POLL_MS} />
          </p>
          {!store.isReachable && (
            <Notice tone="bad" title={t.storeAway}>
              {store.reason}
            </Notice>
          )}
          {new Set(items.map(({ version }) => version)).size > 1 && (
            <Notice tone="warn" title={t.versionsMixed}>
              {t.versionsMixedText}
            </Notice>
          )}
          <DataTable
            caption={t.tabs.nodes}
            columns={columnsOf(t, (ms) => number(Math.round(ms)))}
            rows={items}
            keyOf={({ id, name }) => id + name}
            isFixed={items.length < 2}
            empty={null}
          />
          <SameByCli command="sallyport nodes" />
        </>
      )}
    </Loaded>
  )
}

function columnsOf(
  t: (typeof SYSTEM_WORDS)['en'],
  rounded: (value: number) => string,
): readonly Column<Node>[] {
  return [
    {
      id: 'name',
      title: t.node,
      value: ({ name, id }) => `${name} ${id}`,
      cell: ({ name, id, isThis }) => (
        <>
          <span className="badges">
            <strong>{name}</strong>
            {isThis && <Badge tone="neutral">{t.thisNode}</Badge>}
          </span>
          {id !== '' && (
            <span className="hint">
              <code>{id.slice(0, 12)}</code>
            </span>
          )}
        </>
      ),
    },
    {
      id: 'health',
      title: t.state,
      value: ({ health, reason }) => `${health} ${reason}`,
      cell: ({ health, reason }) => (
        <>
          <Badge tone={TONES[health]}>{t.healths[health]}</Badge>
          {reason !== '' && <span className="hint breakable">{reason}</span>}
        </>
      ),
    },
    {
      id: 'revision',
      title: t.revision,
      value: ({ revision }) => revision ?? 0,
      cell: ({ revision }) => revision ?? '–',
    },
    {
      id: 'version',
      title: t.version,
      value: ({ version }) => version,
      cell: ({ version }) => version,
    },
    {
      id: 'skew',
      title: t.skew,
      value: ({ skewMs }) => Math.abs(skewMs ?? 0),
      cell: ({ skewMs }) =>
        skewMs === null ? (
          '–'
        ) : Math.abs(skewMs) >= MUCH_SKEW_MS ? (
          <Badge tone="warn">{t.skewText(rounded(skewMs))}</Badge>
        ) : (
          t.skewText(rounded(skewMs))
        ),
    },
    {
      id: 'heard',
      title: t.heard,
      value: ({ silentMs }) => silentMs,
      cell: ({ health, silentMs }) =>
        health === 'away' ? t.secondsAgo(rounded(silentMs / 1000)) : t.now,
    },
    {
      id: 'addresses',
      title: t.addresses,
      isMinor: true,
      value: ({ addresses }) => addresses.join(' '),
      cell: ({ addresses }) => (addresses.length === 0 ? '–' : <code>{addresses.join(' ')}</code>),
    },
  ]
}
