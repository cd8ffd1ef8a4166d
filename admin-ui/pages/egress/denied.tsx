// The inbox of refused calls, each caller and destination once: what is still to be decided, and what was.

import { useState, type ReactNode } from 'react'
import type { DeniedCall } from '../../api/contract.ts'
import { DENIED } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { Chip, Chips } from '../../kit/chips.tsx'
import { DataTable } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Empty } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQueryField } from '../../router/location.ts'
import { useMay } from '../../session/session.ts'
import { AllowDialog } from './allow-dialog.tsx'
import { deniedColumns, type DeniedActions } from './denied-columns.tsx'
import { IgnoreDialog, showAgain } from './ignore-dialog.tsx'
import { EGRESS_WORDS } from './words.ts'

const POLL_MS = 2000
const VIEWS = ['open', 'allowed', 'ignored', 'all'] as const
type View = (typeof VIEWS)[number]

type Asking =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'allow' | 'ignore'; readonly denial: DeniedCall }

export function Denied() {
  const t = useWords(EGRESS_WORDS)
  const { number } = useFormat()
  const reading = useResource(DENIED, POLL_MS)
  const mayAct = useMay('operator')
  const [asking, setAsking] = useState<Asking>({ kind: 'nothing' })
  const close = (): void => setAsking({ kind: 'nothing' })
  const actions: DeniedActions | null = mayAct
    ? {
        onAllow: (denial) => setAsking({ kind: 'allow', denial }),
        onIgnore: (denial) => setAsking({ kind: 'ignore', denial }),
        onShowAgain: (denial) => void showAgain(denial),
      }
    : null
  return (
    <>
      <Loaded resource={DENIED} reading={reading}>
        {({ items, forgotten }) => (
          <>
            <Inbox
              items={items}
              actions={actions}
              age={<Age reading={reading} pollMs={POLL_MS} />}
            />
            {forgotten > 0 && <p className="hint">{t.forgotten(number(forgotten))}</p>}
          </>
        )}
      </Loaded>
      {asking.kind === 'allow' && <AllowDialog denial={asking.denial} onClose={close} />}
      {asking.kind === 'ignore' && <IgnoreDialog denial={asking.denial} onClose={close} />}
    </>
  )
}

interface InboxProps {
  readonly items: readonly DeniedCall[]
  readonly actions: DeniedActions | null
  readonly age: ReactNode
}

function Inbox({ items, actions, age }: InboxProps) {
  const t = useWords(EGRESS_WORDS)
  const { number } = useFormat()
  const [show] = useQueryField('show')
  const view = VIEWS.find((one) => one === show) ?? 'open'
  const rows = items.filter((one) => isIn(view, one))
  return (
    <>
      {items.length > 0 && (
        <Chips label={t.show}>
          {VIEWS.map((one) => (
            <Chip
              key={one}
              to={one === 'open' ? '/egress' : `/egress?show=${one}`}
              isChosen={one === view}
            >
              {t.views[one]} {number(items.filter((denial) => isIn(one, denial)).length)}
            </Chip>
          ))}
        </Chips>
      )}
      <DataTable
        caption={t.tabs.denied}
        columns={deniedColumns(t, number, actions)}
        rows={rows}
        keyOf={({ caller, host, port }) => `${caller} ${host} ${port}`}
        tools={age}
        empty={
          items.length > 0 ? (
            <Empty title={t.viewNone[view]}>
              <p className="hint">{t.deniedHint}</p>
              {age}
            </Empty>
          ) : (
            <>
              <p className="row">{age}</p>
              <FirstStep
                title={t.deniedNone}
                hint={t.deniedHint}
                command="egress denied"
                operation="listDenials"
                action={
                  <Link className="button primary" to="/egress/check">
                    {t.toCheck}
                  </Link>
                }
              />
            </>
          )
        }
      />
    </>
  )
}

function isIn(view: View, { state: { kind } }: DeniedCall): boolean {
  if (view === 'all') return true
  return view === 'open' ? kind === 'refused' || kind === 'expired' : kind === view
}
