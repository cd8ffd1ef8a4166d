// The door: the identity provider where there is one, and a name with a password.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { Me } from '../../api/contract.ts'
import { asRefusal } from '../../api/refusal.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Door } from '../../layout/door.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { signedIn, type Session } from '../../session/session.ts'
import { CodeField } from './code-field.tsx'
import { RefusedThere } from './refused-there.tsx'
import { SIGN_IN_WORDS } from './words.ts'

export interface SignInProps {
  readonly session: Extract<Session, { kind: 'signed-out' }>
}

export function SignIn({ session: { hasIdentityProvider, hasEnded } }: SignInProps) {
  const t = useWords(SIGN_IN_WORDS)
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  /** null: not asked for. */
  const [code, setCode] = useState<string | null>(null)
  const action = useAction()
  const submit = (): void =>
    void action.run(async () => {
      const body = { name: plainText(name), password, ...(code !== null && { code }) }
      try {
        signedIn(await call<Me>('POST', '/api/v1/sessions', { body, isSigningIn: true }))
      } catch (error) {
        if (asRefusal(error).code !== 'second_factor_needed') throw error
        setCode('')
      }
    })
  if (code !== null) {
    return (
      <Door title={t.title}>
        <Form onSubmit={submit}>
          <p>{t.codeLead(plainText(name))}</p>
          <CodeField code={code} onCode={setCode} />
          {action.refusal && <Problem refusal={action.refusal} />}
          <div className="row">
            <Button type="submit" kind="primary" isBusy={action.isBusy}>
              {t.signIn}
            </Button>
            <Button
              onClick={() => {
                action.clear()
                setCode(null)
              }}
            >
              {t.back}
            </Button>
          </div>
        </Form>
      </Door>
    )
  }
  return (
    <Door title={t.title}>
      {hasEnded && <Notice tone="info" title={t.ended} />}
      <RefusedThere />
      {hasIdentityProvider && (
        <>
          <a className="button primary" href="/api/v1/oidc/login">
            {t.provider}
          </a>
          <p className="muted or">{t.or}</p>
        </>
      )}
      <Form onSubmit={submit}>
        <TextField
          label={t.name}
          value={name}
          onChange={setName}
          autoComplete="username"
          autoFocus
        />
        <TextField
          label={t.password}
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        />
        {action.refusal && <Problem refusal={action.refusal} />}
        <Button
          type="submit"
          kind={hasIdentityProvider ? 'plain' : 'primary'}
          isBusy={action.isBusy}
        >
          {t.signIn}
        </Button>
      </Form>
    </Door>
  )
}
