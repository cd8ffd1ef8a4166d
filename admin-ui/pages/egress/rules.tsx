// The rules of the way out as they stand in the file, and taking one out of the draft.

import { useMemo, useState } from 'react'
import type { Served } from '../../api/contract.ts'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { removeItem } from '../../config-text/edit.ts'
import { flowText, listOf, mapOf, parseConfig, type YamlMap } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge, Notice } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { tell } from '../../kit/toasts.tsx'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { RuleDialog } from './rule-dialog.tsx'
import { RULE_WORDS } from './rule-words.ts'
import { EGRESS_WORDS } from './words.ts'

interface RuleView {
  readonly index: number
  readonly name: string
  readonly from: readonly string[]
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly owner: string
  readonly reason: string
  readonly expires: string
}

export function Rules() {
  const reading = useResource(CONFIG)
  return (
    <Loaded resource={CONFIG} reading={reading}>
      {(served) => <RuleTable served={served} />}
    </Loaded>
  )
}

function RuleTable({ served }: { readonly served: Served }) {
  const t = useWords(EGRESS_WORDS)
  const own = useWords(RULE_WORDS)
  const desk = useDraft()
  const mayChange = useMay('operator')
  const [isStuck, setStuck] = useState(false)
  const [isAdding, setAdding] = useState(false)
  const text = desk.textOver(served)
  const rules = useMemo(() => rulesOf(text), [text])
  const remove = ({ index, name }: RuleView): void => {
    try {
      desk.save(served, removeItem(text, ['egress', 'rules', index]))
      tell(t.removed(name), { label: t.undoDraft, run: () => desk.save(served, text) })
    } catch {
      setStuck(true)
    }
  }
  const add = mayChange && <Button onClick={() => setAdding(true)}>{own.addRule}</Button>
  return (
    <>
      {isStuck && <Notice tone="bad" title={t.notEditable} />}
      <DataTable
        caption={t.tabs.rules}
        columns={columnsOf(t, mayChange ? remove : null)}
        rows={rules}
        keyOf={({ index, name }) => `${index} ${name}`}
        tools={add}
        empty={
          <FirstStep
            title={t.rulesNone}
            command="egress allow api.example.com --from billing --owner team-pay"
            operation="allowEgress"
            needs="operator"
            action={
              <Button kind="primary" onClick={() => setAdding(true)}>
                {own.addRule}
              </Button>
            }
          />
        }
      />
      {isAdding && <RuleDialog served={served} onClose={() => setAdding(false)} />}
    </>
  )
}

function rulesOf(text: string): readonly RuleView[] {
  const { rules } = mapOf(parseConfig(text).root['egress'])
  if (!Array.isArray(rules)) return []
  return rules.map(mapOf).map(ruleView)
}

function ruleView(rule: YamlMap, index: number): RuleView {
  return {
    index,
    name: wordOf(rule['name']),
    from: listOf(rule['from']),
    allow: listOf(rule['allow']),
    deny: listOf(rule['deny']),
    owner: wordOf(rule['owner']),
    reason: wordOf(rule['reason']),
    expires: wordOf(rule['expires']),
  }
}

function wordOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : flowText(value)
}

/** A day ends the rule where it begins, in UTC. */
function isOver(expires: string): boolean {
  return Date.parse(expires.includes('T') ? expires : `${expires}T00:00:00Z`) <= Date.now()
}

function columnsOf(
  t: (typeof EGRESS_WORDS)['en'],
  onRemove: ((rule: RuleView) => void) | null,
): readonly Column<RuleView>[] {
  const columns: Column<RuleView>[] = [
    { id: 'rule', title: t.rule, value: ({ name }) => name, cell: ({ name }) => name },
    {
      id: 'callers',
      title: t.callers,
      value: ({ from }) => from.join(' '),
      cell: ({ from }) =>
        from.map((caller) => (
          <div key={caller}>
            <code>{caller}</code>
          </div>
        )),
    },
    {
      id: 'allows',
      title: t.allows,
      value: ({ allow, deny }) => [...allow, ...deny].join(' '),
      cell: ({ allow, deny }) => (
        <>
          {allow.map((entry) => (
            <div key={entry}>
              <code>{entry}</code>
            </div>
          ))}
          {deny.length > 0 && (
            <span className="hint">
              {t.denies}: {deny.join(', ')}
            </span>
          )}
        </>
      ),
    },
    {
      id: 'owner',
      title: t.owner,
      isMinor: true,
      value: ({ owner, reason }) => `${owner} ${reason}`,
      cell: ({ owner, reason }) => (
        <>
          {owner || '–'}
          {reason !== '' && <span className="hint breakable">{reason}</span>}
        </>
      ),
    },
    {
      id: 'expires',
      title: t.expires,
      value: ({ expires }) => expires || '9999',
      cell: ({ expires }) =>
        expires === '' ? (
          <span className="muted">{t.forever}</span>
        ) : (
          <span className="badges">
            {expires}
            {isOver(expires) && <Badge tone="bad">{t.expired}</Badge>}
          </span>
        ),
    },
  ]
  if (onRemove !== null) {
    columns.push({
      id: 'remove',
      title: t.remove,
      cell: (rule) => (
        <Button kind="quiet" className="small" onClick={() => onRemove(rule)}>
          {t.remove}
        </Button>
      ),
    })
  }
  return columns
}
