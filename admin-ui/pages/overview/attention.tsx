// What somebody should look at, the most urgent first, each leading to where it is dealt with.

import type { Denial, InstanceView, Served } from '../../api/contract.ts'
import type { Refusal } from '../../api/refusal.ts'
import { mapOf, type ParsedConfig } from '../../config-text/parse.ts'
import { Badge, Panel, type Tone } from '../../kit/page.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useTrial, type Trial } from '../../kit/yaml-editor.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { OVERVIEW_WORDS } from './words.ts'

interface Item {
  readonly tone: Tone
  readonly text: string
  readonly to: string
}

export interface AttentionProps {
  readonly served: Served
  readonly config: ParsedConfig
  readonly instances: readonly InstanceView[]
  readonly denied: readonly Denial[]
  readonly refusals: readonly Refusal[]
}

const SOON_MS = 14 * 86_400_000
const RECENT_MS = 3_600_000
const MAX_DENIED = 5

export function Attention(props: AttentionProps) {
  const t = useWords(OVERVIEW_WORDS)
  const kit = useWords(KIT_WORDS)
  const trial = useTrial(props.served.text)
  const items = itemsOf(t, props, trial)
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
  { items: say }: (typeof OVERVIEW_WORDS)['en'],
  { served, config, instances, denied }: AttentionProps,
  trial: Trial,
): readonly Item[] {
  const items: Item[] = []
  const add = (tone: Tone, text: string, to: string): void => void items.push({ tone, text, to })
  if (trial.kind === 'refused' && trial.refusal.code === 'config_invalid')
    add('bad', say.invalid, '/config')
  for (const { service, address, port, healthy } of instances) {
    if (!healthy) add('bad', say.unhealthy(service, `${address}:${port}`), '/services?only=trouble')
  }
  if (served.revertsAtMs !== null) add('warn', say.pending, '/revisions')
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
