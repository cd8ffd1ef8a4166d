// What each node of the fleet really does with calls that no rule allows, in the words of its own workers.

import type { NodeMode } from '../../api/contract.ts'
import type { EgressModes } from '../../api/resources.ts'
import { Badge, type Tone } from '../../kit/page.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { EGRESS_WORDS } from './words.ts'

export function NodeModes({ modes }: { readonly modes: EgressModes }) {
  const t = useWords(EGRESS_WORDS)
  const { inForce, nodes, workers, isAsConfigured } = modes
  return (
    <>
      {isAsConfigured && inForce === 'enforce' && (
        <p className="row">
          <Badge tone="ok">{t.mode(inForce)}</Badge>
        </p>
      )}
      <ul className="changes" aria-label={t.perNode}>
        {nodes.map((node) => (
          <li key={`${node.name} ${node.isThis}`} className="badges between">
            <strong className="breakable">{node.name}</strong>
            <OneNode node={node} />
            {node.isThis && !node.isAsConfigured && (
              <span className="hint">
                {workers
                  .map(({ worker, mode }) => `${t.worker(String(worker))}: ${mode ?? '–'}`)
                  .join(', ')}
              </span>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

function OneNode({ node }: { readonly node: NodeMode }) {
  const t = useWords(EGRESS_WORDS)
  const { number } = useFormat()
  const { modes, workers, missing, isLive } = node
  const said =
    modes.length === 0 ? t.modeUnknown : modes.map((mode) => t.modeNames(mode)).join(' / ')
  return (
    <>
      <Badge tone={toneOf(node)}>{said}</Badge>
      {isLive && workers > 0 && (
        <span className="hint">
          {missing === 0 ? t.saidByWorkers(number(workers)) : t.silentWorkers(number(missing))}
        </span>
      )}
      {!isLive && <span className="hint">{t.nodeAway}</span>}
    </>
  )
}

function toneOf({ isLive, isAsConfigured, modes }: NodeMode): Tone {
  if (!isLive) return 'neutral'
  if (!isAsConfigured) return 'bad'
  return modes[0] === 'enforce' ? 'ok' : 'warn'
}
