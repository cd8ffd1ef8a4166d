// The first run: the one-time token, a name and a password make the first administrator.

import { useEffect, useState } from 'react'
import { call } from '../../api/client.ts'
import type { Me } from '../../api/contract.ts'
import { SETUP } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Check, Form, TextField } from '../../kit/form.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Door } from '../../layout/door.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { signedIn } from '../../session/session.ts'
import { SETUP_WORDS } from './words.ts'

const MIN_PASSWORD = 12

/** Behind `#`, so that it is in no request; and out of the address at once, so that it is in no history. */
function tokenOfAddress(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
  if (token !== '') history.replaceState(null, '', location.pathname)
  return token
}

export function SetUp({ isDone }: { readonly isDone: boolean }) {
  const t = useWords(SETUP_WORDS)
  return (
    <Door title={t.title}>
      {isDone ? (
        <>
          <p>{t.done}</p>
          <Link className="button primary" to="/login">
            {t.signIn}
          </Link>
        </>
      ) : (
        <SetUpForm />
      )}
    </Door>
  )
}

function SetUpForm() {
  const t = useWords(SETUP_WORDS)
  const [given, setGiven] = useState('')
  const [token, setToken] = useState('')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [isShown, setShown] = useState(false)
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const { data } = useResource(SETUP)
  useEffect(() => {
    const found = tokenOfAddress()
    if (found === '') return
    setGiven(found)
    setToken(found)
  }, [])
  const missing = missingOf(t, token, name, password)
  const submit = (): void => {
    setTried(true)
    if (missing.length > 0) return
    void action.run(async () => {
      const body = { token: token.trim(), name: plainText(name), password }
      const me = await call<Me>('POST', '/api/v1/setup', { body, isSigningIn: true })
      // Where the console leads to once somebody is signed in.
      history.replaceState(null, '', `${location.pathname}?next=/first-service`)
      signedIn(me)
    })
  }
  return (
    <>
      <p className="lead">{t.lead}</p>
      <Form onSubmit={submit}>
        <TextField
          label={t.token}
          value={token}
          onChange={setToken}
          hint={given !== '' && given === token ? t.tokenTaken : undefined}
        />
        {given === '' && (
          <>
            <p className="hint">{t.tokenFrom}</p>
            <Copyable text={`cat ${data?.tokenFile ?? 'data/setup-token'}`} />
          </>
        )}
        <TextField
          label={t.name}
          hint={t.nameHint}
          value={name}
          onChange={setName}
          autoComplete="username"
        />
        <TextField
          label={t.password}
          hint={t.passwordHint}
          type={isShown ? 'text' : 'password'}
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
        />
        <Check label={t.show} isOn={isShown} onChange={setShown} />
        {isTried && missing.length > 0 && (
          <div className="notice warn" role="alert">
            <strong>{t.missing}</strong>
            <ul>
              {missing.map((what) => (
                <li key={what}>{what}</li>
              ))}
            </ul>
          </div>
        )}
        {action.refusal && <Problem refusal={action.refusal} />}
        <Button type="submit" kind="primary" isBusy={action.isBusy}>
          {t.make}
        </Button>
      </Form>
    </>
  )
}

function missingOf(
  { needs }: (typeof SETUP_WORDS)['en'],
  token: string,
  name: string,
  password: string,
): readonly string[] {
  const length = Array.from(password.normalize('NFKC')).length
  return [
    ...(token.trim() === '' ? [needs.token] : []),
    ...(plainText(name) === '' ? [needs.name] : []),
    ...(length < MIN_PASSWORD ? [needs.password(MIN_PASSWORD - length)] : []),
  ]
}
