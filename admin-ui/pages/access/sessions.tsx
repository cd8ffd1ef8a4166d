// Sessions: where one is signed in, or everybody for an administrator, and the end of each.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { Page, Session } from '../../api/contract.ts'
import { invalidate, type Resource } from '../../api/resource.ts'
import { useAction, type Action } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Ago, Time } from '../../kit/time.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { askWhoIAm, useMe } from '../../session/session.ts'
import { browserOf } from './browser.ts'
import { useWhole } from './use-whole.ts'
import { ACCESS_WORDS } from './words.ts'

const PATH = '/api/v1/sessions'
const SESSIONS: Resource<Page<Session>> = { path: `${PATH}?limit=500` }
const POLL_MS = 15_000

export function Sessions() {
  const t = useWords(ACCESS_WORDS)
  const { role, scope } = useMe()
  const reading = useWhole(SESSIONS, POLL_MS)
  const [leaving, setLeaving] = useState<Session | null>(null)
  const action = useAction()
  const seesAll = role === 'admin' && scope.length === 0
  const end = (session: Session): void => {
    if (session.isCurrent) setLeaving(session)
    else void action.run(() => endSession(session).then(() => tell(t.ended(session.displayName))))
  }
  return (
    <div className="form">
      <p className="muted">{seesAll ? t.sessionsLead : t.sessionsOwn}</p>
      {action.refusal && <Problem refusal={action.refusal} onDismiss={action.clear} />}
      <Loaded resource={SESSIONS} reading={reading}>
        {({ items }) => (
          <DataTable
            caption={t.tabs.sessions}
            columns={columnsOf(t, end)}
            rows={items.toSorted(ownFirst)}
            keyOf={({ id }) => id}
            empty={
              <FirstStep title={t.sessionsNone} command="user sessions" operation="listSessions" />
            }
          />
        )}
      </Loaded>
      <details className="more">
        <summary>{t.command}</summary>
        <Copyable text={'sallyport user sessions\nsallyport user end-session ID'} />
      </details>
      {leaving !== null && (
        <LeaveDialog session={leaving} action={action} onClose={() => setLeaving(null)} />
      )}
    </div>
  )
}

/** Then the one used last. */
function ownFirst(a: Session, b: Session): number {
  return Number(b.isCurrent) - Number(a.isCurrent) || b.usedAtMs - a.usedAtMs
}

async function endSession({ id }: Session): Promise<void> {
  await call('DELETE', `${PATH}/${encodeURIComponent(id)}`)
  invalidate(PATH)
}

function LeaveDialog({
  session,
  action,
  onClose,
}: {
  readonly session: Session
  readonly action: Action
  readonly onClose: () => void
}) {
  const t = useWords(ACCESS_WORDS)
  const kit = useWords(KIT_WORDS)
  const leave = (): void =>
    void action.run(async () => {
      await call('DELETE', `${PATH}/${encodeURIComponent(session.id)}`)
      await askWhoIAm()
    })
  return (
    <Dialog title={t.endHere} onClose={onClose}>
      <p>{t.endHereText}</p>
      {action.refusal && <Problem refusal={action.refusal} />}
      <div className="row">
        <Button kind="danger" isBusy={action.isBusy} onClick={leave}>
          {t.end}
        </Button>
        <Button onClick={onClose}>{kit.cancel}</Button>
      </div>
    </Dialog>
  )
}

function columnsOf(
  t: (typeof ACCESS_WORDS)['en'],
  onEnd: (session: Session) => void,
): readonly Column<Session>[] {
  const said = ({ agent }: Session): string => {
    const { browser, system } = browserOf(agent)
    if (browser === '') return t.otherBrowser
    return system === '' ? browser : t.on(browser, system)
  }
  return [
    {
      id: 'who',
      title: t.who,
      value: ({ displayName, name }) => `${displayName} ${name}`,
      cell: ({ displayName, isCurrent, isFederated }) => (
        <span className="badges">
          <strong>{displayName}</strong>
          {isCurrent && <Badge tone="ok">{t.thisOne}</Badge>}
          {isFederated && <Badge tone="neutral">{t.federatedBadge}</Badge>}
        </span>
      ),
    },
    {
      id: 'role',
      title: t.role,
      isMinor: true,
      value: ({ role }) => t.roles[role],
      cell: ({ role }) => t.roles[role],
    },
    {
      id: 'from',
      title: t.whereFrom,
      value: (session) => `${session.address} ${said(session)}`,
      cell: (session) => (
        <>
          <code>{session.address || '–'}</code>
          <span className="hint" title={session.agent}>
            {said(session)}
          </span>
        </>
      ),
    },
    {
      id: 'began',
      title: t.began,
      isMinor: true,
      value: ({ startedAtMs }) => startedAtMs,
      cell: ({ startedAtMs }) => <Time ms={startedAtMs} />,
    },
    {
      id: 'used',
      title: t.used,
      value: ({ usedAtMs }) => usedAtMs,
      cell: ({ usedAtMs }) => <Ago ms={usedAtMs} />,
    },
    {
      id: 'ends',
      title: t.ends,
      isMinor: true,
      value: ({ endsAtMs }) => endsAtMs,
      cell: ({ endsAtMs }) => <Ago ms={endsAtMs} />,
    },
    {
      id: 'end',
      title: t.end,
      cell: (session) => (
        <Button
          kind="quiet"
          className="small"
          aria-label={t.endOf(session.displayName)}
          onClick={() => onEnd(session)}
        >
          {t.end}
        </Button>
      ),
    },
  ]
}
