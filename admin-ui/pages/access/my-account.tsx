// One's own account: who one is here, and one's password.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { Me } from '../../api/contract.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { useWords } from '../../language/words.ts'
import { isFederated, signedIn, useMe } from '../../session/session.ts'
import { FACTOR_WORDS } from './factor-words.ts'
import { SecondFactorPanel } from './second-factor.tsx'
import { ACCESS_WORDS } from './words.ts'

export function MyAccount() {
  const t = useWords(ACCESS_WORDS)
  const factor = useWords(FACTOR_WORDS)
  const me = useMe()
  const { name, displayName, role, scope } = me
  return (
    <>
      <Panel>
        <dl className="facts">
          <dt>{t.name}</dt>
          <dd>{displayName}</dd>
          <dt>{t.role}</dt>
          <dd>
            {t.roles[role]} <span className="hint">{t.roleHints[role]}</span>
          </dd>
          <dt>{t.scope}</dt>
          <dd>{scope.length === 0 ? t.everything : scope.join(', ')}</dd>
        </dl>
      </Panel>
      <Panel title={t.change}>
        {isFederated(me) ? <p className="muted">{t.federated}</p> : <PasswordForm name={name} />}
      </Panel>
      {isFederated(me) ? (
        <Panel title={factor.title}>
          <p className="muted">{factor.federated}</p>
        </Panel>
      ) : (
        <SecondFactorPanel />
      )}
    </>
  )
}

function PasswordForm({ name }: { readonly name: string }) {
  const t = useWords(ACCESS_WORDS)
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const isMissing = current === '' || password === ''
  const change = (): void => {
    setTried(true)
    if (isMissing) return
    void action.run(async () => {
      const body = { current, password }
      signedIn(await call<Me>('POST', '/api/v1/me/password', { body }))
      setCurrent('')
      setPassword('')
      setTried(false)
      tell(t.changed)
    })
  }
  return (
    <Form onSubmit={change}>
      <input type="text" autoComplete="username" value={name} readOnly hidden aria-hidden="true" />
      <div className="form-columns">
        <TextField
          label={t.current}
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
        />
        <TextField
          label={t.next}
          hint={t.passwordHint}
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
        />
      </div>
      {isTried && isMissing && <p className="fault">{t.needs}</p>}
      {action.refusal && <Problem refusal={action.refusal} />}
      <Button type="submit" kind="primary" isBusy={action.isBusy}>
        {t.change}
      </Button>
    </Form>
  )
}
