// Everything that is known of one limited caller; for admins with the counters' name and time to live in Redis.

import type { LimitedKey, OneLimitedKey } from '../../api/contract.ts'
import { useResource, type Resource } from '../../api/resource.ts'
import { Dialog } from '../../kit/dialog.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Time } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { LIMIT_WORDS } from './words.ts'

const POLL_MS = 2000

export interface DetailsDialogProps {
  readonly target: LimitedKey
  readonly onClose: () => void
}

export function DetailsDialog({ target, onClose }: DetailsDialogProps) {
  const t = useWords(LIMIT_WORDS)
  const { number } = useFormat()
  const isAdmin = useMay('admin')
  const resource: Resource<OneLimitedKey> = { path: `/api/v1/limits/keys/${target.key}` }
  const { data, refusal } = useResource(resource, POLL_MS)
  const one = data ?? target
  const lifeMs = data?.store?.lifeMs ?? null
  return (
    <Dialog title={target.label} onClose={onClose}>
      {refusal !== null && <Problem refusal={refusal} />}
      <dl className="facts">
        <dt>{t.limit}</dt>
        <dd>
          <code>{one.limit}</code>
        </dd>
        <dt>{t.promise}</dt>
        <dd>{t.promises(one.rate, one.burst)}</dd>
        <dt>{t.counted}</dt>
        <dd>{data === null ? '…' : data.isFleet ? t.byFleet : t.byNode}</dd>
        <dt>{t.routes}</dt>
        <dd>{one.routes.join(', ')}</dd>
        <dt>{t.count}</dt>
        <dd>{number(one.count)}</dd>
        <dt>{t.first}</dt>
        <dd>
          <Time ms={one.firstAtMs} />
        </dd>
        <dt>{t.last}</dt>
        <dd>
          <Time ms={one.lastAtMs} />
        </dd>
        <dt>{t.key}</dt>
        <dd>
          <code className="breakable">{data?.store?.name ?? one.key}</code>
        </dd>
        {isAdmin && data !== null && (
          <>
            <dt>{t.ttl}</dt>
            <dd>
              {data.store === null && t.inMemory}
              {data.store !== null &&
                (lifeMs === null ? t.notThere : t.inTime(Math.ceil(lifeMs / 1000)))}
            </dd>
          </>
        )}
      </dl>
    </Dialog>
  )
}
