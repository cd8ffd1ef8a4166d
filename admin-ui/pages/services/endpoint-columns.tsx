// The columns of the table of endpoints.

import type { EndpointState, EndpointView } from '../../api/contract.ts'
import { Button } from '../../kit/button.tsx'
import type { Column } from '../../kit/data-table.tsx'
import { Badge, type Tone } from '../../kit/page.tsx'
import { Ago } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import type { EndpointRow } from './endpoint-row.ts'
import { BySidecar } from './by-sidecar.tsx'
import { REASON_WORDS, reasonText } from './reason.ts'
import { SERVICE_WORDS } from './words.ts'

const TONES: Readonly<Record<EndpointState, Tone>> = {
  well: 'ok',
  unknown: 'neutral',
  starting: 'info',
  drained: 'info',
  leaving: 'warn',
  trying: 'warn',
  failing: 'bad',
  ejected: 'bad',
  unreachable: 'bad',
  away: 'bad',
  silent: 'bad',
}
/** Those in trouble first. */
const ORDER: Readonly<Record<Tone, number>> = { bad: 0, warn: 1, info: 2, neutral: 3, ok: 4 }

export interface EndpointActions {
  readonly drain: (row: EndpointRow) => void
  readonly enable: (row: EndpointRow) => void
}

/** `actions` null: whoever looks may not change anything. */
export function useEndpointColumns(
  actions: EndpointActions | null,
): readonly Column<EndpointRow>[] {
  const t = useWords(SERVICE_WORDS)
  const { number } = useFormat()
  const columns: Column<EndpointRow>[] = [
    {
      id: 'service',
      title: t.service,
      value: ({ service }) => service.name,
      cell: ({ service: { name, kind } }) => (
        <>
          <strong className="breakable">{name}</strong>
          <span className="hint">{t.kinds[kind]}</span>
        </>
      ),
    },
    {
      id: 'endpoint',
      title: t.endpoint,
      value: ({ endpoint: { name, peer, version, zone } }) => [name, peer, version, zone].join(' '),
      cell: ({ endpoint: { name, peer, version, zone } }) => (
        <>
          <code>{name}</code>
          {peer !== null && <span className="hint breakable">{t.mustProve(peer)}</span>}
          {version !== null && <span className="hint">{t.ofVersion(version)}</span>}
          {zone !== null && <span className="hint">{t.inZone(zone)}</span>}
        </>
      ),
    },
    {
      id: 'state',
      title: t.state,
      value: ({ endpoint: { state, reason } }) => `${ORDER[TONES[state]]} ${state} ${reason}`,
      cell: ({ endpoint }) => <State endpoint={endpoint} />,
    },
    {
      id: 'running',
      title: t.running,
      value: ({ endpoint }) => endpoint.inFlight ?? -1,
      cell: ({ endpoint: { inFlight } }) => (inFlight === null ? '–' : number(inFlight)),
    },
    {
      id: 'requests',
      title: t.requests,
      value: ({ endpoint }) => endpoint.requests,
      cell: ({ endpoint: { requests, failed, meanMs } }) => (
        <>
          {number(requests)}
          {failed > 0 && <span className="hint fault">{t.failed(number(failed))}</span>}
          {meanMs !== null && (
            <span className="hint">{t.meanMs(number(Math.round(meanMs * 10) / 10))}</span>
          )}
        </>
      ),
    },
    {
      id: 'sidecar',
      title: t.bySidecar,
      value: ({ endpoint: { sidecar } }) => sidecar?.inbound?.requests ?? -1,
      cell: ({ endpoint: { sidecar }, service: { kind } }) =>
        kind === 'mesh' ? <BySidecar sidecar={sidecar} /> : '–',
    },
  ]
  if (actions !== null) {
    columns.push({
      id: 'actions',
      title: t.action,
      cell: (row) =>
        row.endpoint.drain === null ? (
          <Button className="small" onClick={() => actions.drain(row)}>
            {t.drain}
          </Button>
        ) : (
          <Button kind="primary" className="small" onClick={() => actions.enable(row)}>
            {t.enable}
          </Button>
        ),
    })
  }
  return columns
}

function State({ endpoint }: { readonly endpoint: EndpointView }) {
  const t = useWords(SERVICE_WORDS)
  const { number } = useFormat()
  const { state, breaker, ejectedBy, drain, check } = endpoint
  const reason = reasonText(useWords(REASON_WORDS), endpoint)
  return (
    <>
      <span className="badges">
        <Badge tone={TONES[state]}>{t.states[state]}</Badge>
        {breaker !== 'closed' && state !== 'ejected' && (
          <Badge tone="warn">{t.breakers[breaker]}</Badge>
        )}
      </span>
      {reason !== '' && <span className="hint breakable">{reason}</span>}
      {check !== null && (
        <span className="hint">
          {check.fault === null ? t.connected(number(Math.round(check.tookMs))) : t.notConnected}{' '}
          <Ago ms={check.atMs} />
        </span>
      )}
      {state === 'ejected' && <span className="hint">{t.ejectedBy(ejectedBy)}</span>}
      {drain !== null && (
        <span className="hint breakable">
          {t.drainedBy(drain.by)} <Ago ms={drain.atMs} />
          {drain.reason !== '' && ` · ${drain.reason}`}
        </span>
      )}
    </>
  )
}
