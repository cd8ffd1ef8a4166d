// Every node of the fleet while a change is put to work, and what each of them said in the end.

import { useMemo } from 'react'
import { NODES } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { Badge } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import { nodeRows, type NodeOutcome, type Rollout } from './node-outcomes.ts'
import { REVIEW_WORDS } from './words.ts'

const POLL_MS = 1000

export function NodeList({ rollout }: { readonly rollout: Rollout }) {
  const t = useWords(REVIEW_WORDS)
  const { data } = useResource(NODES, rollout.kind === 'applying' ? POLL_MS : null)
  const rows = useMemo(() => nodeRows(data?.items ?? [], rollout), [data, rollout])
  if (rows.length === 0) return null
  return (
    <ul className="changes" aria-label={t.nodes}>
      {rows.map(({ name, outcome }) => (
        <li key={name}>
          <div className="row">
            <strong className="breakable">{name}</strong>
            <Outcome outcome={outcome} />
          </div>
          {outcome.kind === 'refuses' &&
            outcome.reasons.map((reason) => (
              <p key={reason} className="fault breakable">
                {reason}
              </p>
            ))}
        </li>
      ))}
    </ul>
  )
}

function Outcome({ outcome }: { readonly outcome: NodeOutcome }) {
  const t = useWords(REVIEW_WORDS)
  switch (outcome.kind) {
    case 'waiting':
      return <Badge tone="info">{t.nodeWaits}</Badge>
    case 'serves':
      return <Badge tone="ok">✓ {t.nodeServes(String(outcome.revision ?? '–'))}</Badge>
    case 'refuses':
      return <Badge tone="bad">✗ {t.nodeRefuses}</Badge>
    case 'as-before':
      return <Badge tone="neutral">{t.nodeAsBefore(String(outcome.revision ?? '–'))}</Badge>
  }
}
