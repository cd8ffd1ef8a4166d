// Adds a user, or changes one.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { User } from '../../api/contract.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { RoleFields, scopeOf } from './role-fields.tsx'
import { ACCESS_WORDS } from './words.ts'

/** `user` null: a new one. */
export function UserDialog({
  user,
  onClose,
}: {
  readonly user: User | null
  readonly onClose: () => void
}) {
  const t = useWords(ACCESS_WORDS)
  const kit = useWords(KIT_WORDS)
  const [name, setName] = useState(user?.name ?? '')
  const [password, setPassword] = useState('')
  const [role, setRole] = useState(user?.role ?? 'viewer')
  const [scope, setScope] = useState(user?.scope.join(', ') ?? '')
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const isMissing = user === null && (plainText(name) === '' || password === '')
  const save = (): void => {
    setTried(true)
    if (isMissing) return
    void action.run(async () => {
      const common = { role, scope: scopeOf(scope) }
      if (user === null) {
        await call('POST', '/api/v1/users', {
          body: { name: plainText(name), password, ...common },
        })
      } else {
        const body = { ...common, ...(password !== '' && { password }) }
        await call('PATCH', `/api/v1/users/${encodeURIComponent(user.name)}`, { body })
      }
      invalidate('/api/v1/users')
      tell(user === null ? t.userAdded(plainText(name)) : t.userChanged(user.name))
      onClose()
    })
  }
  return (
    <Dialog title={user === null ? t.addUser : t.editUser(user.name)} onClose={onClose}>
      <Form onSubmit={save}>
        {user === null && (
          <TextField label={t.name} value={name} onChange={setName} autoComplete="off" />
        )}
        <RoleFields role={role} scope={scope} upTo="admin" onRole={setRole} onScope={setScope} />
        <TextField
          label={user === null ? t.password : t.newPassword}
          hint={t.passwordHint}
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
        />
        {user !== null && <p className="hint">{t.sessionsEnd}</p>}
        {isTried && isMissing && <p className="fault">{t.needs}</p>}
        {action.refusal && <Problem refusal={action.refusal} />}
        <div className="row">
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {user === null ? t.add : t.save}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  )
}
