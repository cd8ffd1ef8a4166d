// The columns of the inbox: where to, who, why, what has become of it, and what can be done about it.

import type { DeniedCall } from '../../api/contract.ts'
import { Button } from '../../kit/button.tsx'
import type { Column } from '../../kit/data-table.tsx'
import { Badge, type Tone } from '../../kit/page.tsx'
import { Ago } from '../../kit/time.tsx'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { EGRESS_WORDS } from './words.ts'

export interface DeniedActions {
  readonly onAllow: (denial: DeniedCall) => void
  readonly onIgnore: (denial: DeniedCall) => void
  readonly onShowAgain: (denial: DeniedCall) => void
}

const NAME = /^(?=.*[a-z])[a-z0-9._-]+$/i

/** Names that lead outside; everything else takes somebody who edits the file. */
export function isOneClick({ host, reason, suspicion }: DeniedCall): boolean {
  const isOfRule = reason === 'denied_by_rule' || reason === 'malformed_host'
  return suspicion === null && NAME.test(host) && !isOfRule
}

export function deniedColumns(
  t: (typeof EGRESS_WORDS)['en'],
  number: (value: number) => string,
  actions: DeniedActions | null,
): readonly Column<DeniedCall>[] {
  const columns: Column<DeniedCall>[] = [
    {
      id: 'destination',
      title: t.destination,
      value: ({ host, port }) => `${host}:${port}`,
      cell: ({ host, port, suspicion }) => (
        <>
          <code>
            {host}:{port}
          </code>
          {suspicion !== null && (
            <span className="badges">
              <Badge tone="bad">{t.suspicions[suspicion]}</Badge>
            </span>
          )}
        </>
      ),
    },
    {
      id: 'caller',
      title: t.caller,
      value: ({ caller }) => caller,
      cell: ({ caller }) => <code>{caller}</code>,
    },
    {
      id: 'why',
      title: t.why,
      value: ({ reason, rule, answer, addresses, serverName, state }) =>
        [reason, rule, answer, ...addresses, serverName ?? '', state.kind].join(' '),
      cell: (denial) => <Why denial={denial} />,
    },
    {
      id: 'count',
      title: t.count,
      value: ({ count }) => count,
      cell: ({ count }) => number(count),
    },
    {
      id: 'last',
      title: t.last,
      value: ({ lastMs }) => lastMs,
      cell: ({ lastMs }) => <Ago ms={lastMs} />,
    },
    {
      id: 'first',
      title: t.first,
      isMinor: true,
      value: ({ firstMs }) => firstMs,
      cell: ({ firstMs }) => <Ago ms={firstMs} />,
    },
  ]
  if (actions !== null) {
    columns.push({
      id: 'allow',
      title: t.actions,
      cell: (denial) => <Actions denial={denial} actions={actions} />,
    })
  }
  return columns
}

const TONES: Readonly<Record<DeniedCall['state']['kind'], Tone>> = {
  refused: 'bad',
  allowed: 'ok',
  expired: 'warn',
  ignored: 'neutral',
}

function Why({ denial }: { readonly denial: DeniedCall }) {
  const t = useWords(EGRESS_WORDS)
  const { state, reason, rule, answer, addresses, serverName, passed } = denial
  const isPassing = state.kind === 'refused' && passed
  return (
    <>
      <Badge tone={isPassing ? 'warn' : TONES[state.kind]}>
        {isPassing ? t.passed : t.states[state.kind]}
      </Badge>{' '}
      {state.kind === 'allowed' && (
        <span>
          {t.rule} <code>{state.rule}</code> ·{' '}
          {state.untilMs === null ? t.forever : <Ago ms={state.untilMs} />}
        </span>
      )}
      {state.kind === 'expired' && (
        <span>
          {t.rule} <code>{state.rule}</code> · <Ago ms={state.sinceMs} />
        </span>
      )}
      {state.kind === 'ignored' && (
        <span className="breakable">
          {state.note} <span className="muted">({state.by || '–'})</span>
        </span>
      )}
      {state.kind === 'refused' && <span>{wordFor(t.reasons, reason)}</span>}
      {state.kind === 'refused' && (
        <span className="hint">
          {rule !== '' && `${t.rule} ${rule} · `}
          {wordFor(t.answers, answer)}
          {addresses.length > 0 && ` (${addresses.join(', ')})`}
          {serverName !== null && ` · ${t.askedFor(serverName)}`}
        </span>
      )}
    </>
  )
}

function Actions({
  denial,
  actions: { onAllow, onIgnore, onShowAgain },
}: {
  readonly denial: DeniedCall
  readonly actions: DeniedActions
}) {
  const t = useWords(EGRESS_WORDS)
  const { kind } = denial.state
  if (kind === 'allowed') return <span className="muted">–</span>
  return (
    <div className="row">
      {isOneClick(denial) ? (
        <Button className="small" onClick={() => onAllow(denial)}>
          {kind === 'expired' ? t.allowAgain : t.allow}
        </Button>
      ) : (
        <span className="hint">{t.cannotAllow}</span>
      )}
      {kind === 'ignored' ? (
        <Button kind="quiet" className="small" onClick={() => onShowAgain(denial)}>
          {t.showAgain}
        </Button>
      ) : (
        <Button kind="quiet" className="small" onClick={() => onIgnore(denial)}>
          {t.ignore}
        </Button>
      )}
    </div>
  )
}
