// What somebody should look at, the most urgent first, each leading to where it is dealt with.

import type { DeniedCall, NodeState, ServiceView, Served } from '../../api/contract.ts'
import type { Refusal } from '../../api/refusal.ts'
import { NODES } from '../../api/resources.ts'
import { useResource, type Resource } from '../../api/resource.ts'
import { mapOf, type ParsedConfig } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { Badge, Panel } from '../../kit/page.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useTrial, type Trial } from '../../kit/yaml-editor.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import {
  certificateItems,
  endpointItems,
  fleetItems,
  issueItems,
  nodeItems,
  type AttentionItem,
  type DueCertificate,
} from './attention-items.ts'
import { ACME } from '../certificates/resources.ts'
import { REASON_WORDS, reasonText } from '../services/reason.ts'
import { OVERVIEW_WORDS } from './words.ts'

export interface AttentionProps {
  readonly served: Served
  readonly config: ParsedConfig
  readonly node: NodeState | null
  readonly services: readonly ServiceView[]
  readonly denied: readonly DeniedCall[]
  readonly refusals: readonly Refusal[]
}

const SOON_MS = 14 * 86_400_000
const RECENT_MS = 3_600_000
const MAX_DENIED = 5
const URGENCY = { bad: 0, warn: 1 } as const

/** Those that expire within two weeks, or have a fault. */
const DUE_CERTIFICATES: Resource<{ items: readonly DueCertificate[] }> = {
  path: '/api/v1/certificates?dueWithinDays=14',
}
const POLL_MS = 5000
const CERTIFICATES_POLL_MS = 60_000

export function Attention(props: AttentionProps) {
  const t = useWords(OVERVIEW_WORDS)
  const kit = useWords(KIT_WORDS)
  const reasons = useWords(REASON_WORDS)
  const trial = useTrial(props.served.text)
  const { draft } = useDraft()
  const nodes = useResource(NODES, POLL_MS)
  const certificates = useResource(DUE_CERTIFICATES, CERTIFICATES_POLL_MS)
  const issued = useResource(ACME, POLL_MS)
  const say = t.items
  const items = [
    ...nodeItems(say, props.node),
    ...endpointItems(say, props.services, (endpoint) => reasonText(reasons, endpoint)),
    ...fleetItems(say, nodes.data?.items ?? []),
    ...certificateItems(say, certificates.data?.items ?? []),
    ...issueItems(say, issued.data?.items ?? []),
    ...itemsOf(say, props, trial, draft !== null),
  ].toSorted((a, b) => URGENCY[a.tone] - URGENCY[b.tone])
  return (
    <Panel title={t.attention}>
      {props.refusals.map(({ message, code }) => (
        <p key={code} className="fault">
          {t.notAsked} {message || code}
        </p>
      ))}
      {items.length === 0 ? (
        <p className="row">
          <Badge tone="ok">{t.nothing}</Badge>
        </p>
      ) : (
        <ul className="changes">
          {items.map(({ tone, text, to }) => (
            <li key={text} className="row">
              <Badge tone={tone}>{tone === 'bad' ? kit.error : kit.warning}</Badge>
              <span className="breakable">{text}</span>
              <Link to={to}>{t.open}</Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function itemsOf(
  say: (typeof OVERVIEW_WORDS)['en']['items'],
  { served, config, denied }: AttentionProps,
  trial: Trial,
  hasDraft: boolean,
): readonly AttentionItem[] {
  const items: AttentionItem[] = []
  const add = (tone: AttentionItem['tone'], text: string, to: string): void =>
    void items.push({ tone, text, to })
  if (trial.kind === 'refused' && trial.refusal.code === 'config_invalid')
    add('bad', say.invalid, '/config')
  if (served.revertsAtMs !== null) add('warn', say.pending, '/revisions')
  if (hasDraft) add('warn', say.draft, '/review')
  if (trial.kind === 'valid' && trial.warnings.length > 0)
    add('warn', say.warning(trial.warnings.length), '/config')
  const { mode = 'enforce', rules } = mapOf(config.root['egress'])
  if (mode !== 'enforce') add('warn', say.notEnforced(String(mode)), '/egress')
  for (const rule of Array.isArray(rules) ? rules.map(mapOf) : []) {
    const { name, expires } = rule
    if (typeof expires !== 'string') continue
    const leftMs = Date.parse(`${expires}T23:59:59Z`) - Date.now()
    if (leftMs < 0) add('warn', say.expired(String(name)), '/egress/rules')
    else if (leftMs < SOON_MS) add('warn', say.expiring(String(name), expires), '/egress/rules')
  }
  const recent = denied.filter(({ lastMs }) => Date.now() - lastMs < RECENT_MS)
  for (const { caller, host, port } of recent.slice(0, MAX_DENIED)) {
    add('warn', say.denied(caller, `${host}:${port}`), `/egress?q=${encodeURIComponent(host)}`)
  }
  return items
}
