// Users: who may sign in with which role, added, changed and removed.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { User } from '../../api/contract.ts'
import { USERS } from '../../api/resources.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Time } from '../../kit/time.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { useMe } from '../../session/session.ts'
import { useWhole } from './use-whole.ts'
import { UserDialog } from './user-dialog.tsx'
import { FACTOR_WORDS } from './factor-words.ts'
import { ACCESS_WORDS } from './words.ts'

type Open =
  | { readonly kind: 'add' }
  | { readonly kind: 'edit' | 'remove' | 'take'; readonly user: User }

export function Users() {
  const t = useWords(ACCESS_WORDS)
  const factor = useWords(FACTOR_WORDS)
  const { name: own } = useMe()
  const reading = useWhole(USERS)
  const [open, setOpen] = useState<Open | null>(null)
  const close = (): void => setOpen(null)
  const add = (
    <Button kind="primary" onClick={() => setOpen({ kind: 'add' })}>
      {t.addUser}
    </Button>
  )
  return (
    <>
      <Loaded resource={USERS} reading={reading}>
        {({ items }) => (
          <DataTable
            caption={t.tabs.users}
            columns={columnsOf({ ...t, factor }, own, setOpen)}
            rows={items}
            keyOf={({ name }) => name}
            empty={
              <FirstStep
                title={t.usersNone}
                command="user add alice --role operator"
                operation="listUsers"
                action={add}
              />
            }
            tools={add}
          />
        )}
      </Loaded>
      {open?.kind === 'add' && <UserDialog user={null} onClose={close} />}
      {open?.kind === 'edit' && <UserDialog user={open.user} onClose={close} />}
      {open?.kind === 'remove' && <RemoveDialog name={open.user.name} onClose={close} />}
      {open?.kind === 'take' && <TakeDialog name={open.user.name} onClose={close} />}
    </>
  )
}

function RemoveDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const t = useWords(ACCESS_WORDS)
  const kit = useWords(KIT_WORDS)
  const action = useAction()
  const remove = (): void =>
    void action.run(async () => {
      await call('DELETE', `/api/v1/users/${encodeURIComponent(name)}`)
      invalidate('/api/v1/users', '/api/v1/tokens')
      tell(t.userRemoved(name))
      onClose()
    })
  return (
    <Dialog title={t.removeUser(name)} onClose={onClose}>
      <p>{t.removeUserText}</p>
      {action.refusal && <Problem refusal={action.refusal} />}
      <div className="row">
        <Button kind="danger" isBusy={action.isBusy} onClick={remove}>
          {t.remove}
        </Button>
        <Button onClick={onClose}>{kit.cancel}</Button>
      </div>
    </Dialog>
  )
}

/** For who lost it. */
function TakeDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const t = useWords(FACTOR_WORDS)
  const kit = useWords(KIT_WORDS)
  const action = useAction()
  const take = (): void =>
    void action.run(async () => {
      await call('DELETE', `/api/v1/users/${encodeURIComponent(name)}/second-factor`)
      invalidate('/api/v1/users')
      tell(t.taken(name))
      onClose()
    })
  return (
    <Dialog title={t.takeTitle(name)} onClose={onClose}>
      <p>{t.takeText}</p>
      {action.refusal && <Problem refusal={action.refusal} />}
      <div className="row">
        <Button kind="danger" isBusy={action.isBusy} onClick={take}>
          {t.take}
        </Button>
        <Button onClick={onClose}>{kit.cancel}</Button>
      </div>
    </Dialog>
  )
}

type ColumnWords = (typeof ACCESS_WORDS)['en'] & { readonly factor: (typeof FACTOR_WORDS)['en'] }

function columnsOf(
  t: ColumnWords,
  own: string,
  onOpen: (open: Open) => void,
): readonly Column<User>[] {
  return [
    {
      id: 'name',
      title: t.name,
      value: ({ name }) => name,
      cell: ({ name }) => (
        <span className="badges">
          <strong>{name}</strong>
          {name === own && <Badge tone="neutral">{t.you}</Badge>}
        </span>
      ),
    },
    { id: 'role', title: t.role, value: ({ role }) => role, cell: ({ role }) => t.roles[role] },
    {
      id: 'scope',
      title: t.scope,
      value: ({ scope }) => scope.join(' '),
      cell: ({ scope }) =>
        scope.length === 0 ? <span className="muted">{t.everything}</span> : scope.join(', '),
    },
    {
      id: 'factor',
      title: t.factor.column,
      value: ({ hasSecondFactor }) => (hasSecondFactor ? t.factor.has : t.factor.hasNot),
      cell: (user) =>
        user.hasSecondFactor ? (
          <span className="row">
            <Badge tone="ok">{t.factor.has}</Badge>
            {user.name !== own && (
              <Button kind="quiet" className="small" onClick={() => onOpen({ kind: 'take', user })}>
                {t.factor.take}
              </Button>
            )}
          </span>
        ) : (
          <span className="muted">{t.factor.hasNot}</span>
        ),
    },
    {
      id: 'since',
      title: t.since,
      isMinor: true,
      value: ({ createdAtMs }) => createdAtMs,
      cell: ({ createdAtMs }) => <Time ms={createdAtMs} />,
    },
    {
      id: 'edit',
      title: t.edit,
      cell: (user) => (
        <span className="row">
          <Button kind="quiet" className="small" onClick={() => onOpen({ kind: 'edit', user })}>
            {t.edit}
          </Button>
          {user.name !== own && (
            <Button kind="quiet" className="small" onClick={() => onOpen({ kind: 'remove', user })}>
              {t.remove}
            </Button>
          )}
        </span>
      ),
    },
  ]
}
