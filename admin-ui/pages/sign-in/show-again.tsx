// Asks who is signed in to show once more that it is them, before something that opens doors.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { Me } from '../../api/contract.ts'
import { asRefusal } from '../../api/refusal.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Problem } from '../../kit/problem.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { answerAsked, useIsAsked } from '../../session/reauthentication.ts'
import { isFederated, signedIn, useMe } from '../../session/session.ts'
import { CodeField } from './code-field.tsx'
import { SIGN_IN_WORDS } from './words.ts'

export function ShowAgain() {
  const isAsked = useIsAsked()
  return isAsked ? <AgainDialog /> : null
}

function AgainDialog() {
  const t = useWords(SIGN_IN_WORDS)
  const me = useMe()
  return (
    <Dialog title={t.again} onClose={() => answerAsked(false)}>
      <p>{t.againWhy}</p>
      {isFederated(me) ? <AtProvider /> : <ByPassword name={me.name} />}
    </Dialog>
  )
}

function ByPassword({ name }: { readonly name: string }) {
  const t = useWords(SIGN_IN_WORDS)
  const kit = useWords(KIT_WORDS)
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string | null>(null)
  const action = useAction()
  const show = (): void =>
    void action.run(async () => {
      const body = { password, ...(code !== null && { code }) }
      const path = '/api/v1/sessions/current:reauthenticate'
      try {
        signedIn(await call<Me>('POST', path, { body, isSigningIn: true }))
        answerAsked(true)
      } catch (error) {
        if (asRefusal(error).code !== 'second_factor_needed') throw error
        setCode('')
      }
    })
  return (
    <Form onSubmit={show}>
      <input type="text" autoComplete="username" value={name} readOnly hidden aria-hidden="true" />
      <TextField
        label={t.password}
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
      />
      {code !== null && <CodeField code={code} onCode={setCode} />}
      {action.refusal && <Problem refusal={action.refusal} />}
      <div className="row">
        <Button type="submit" kind="primary" isBusy={action.isBusy}>
          {t.goOn}
        </Button>
        <Button onClick={() => answerAsked(false)}>{kit.cancel}</Button>
      </div>
    </Form>
  )
}

/** In another tab, so that nothing of this one is lost; the session is the same for both. */
function AtProvider() {
  const t = useWords(SIGN_IN_WORDS)
  const kit = useWords(KIT_WORDS)
  const action = useAction()
  const goOn = (): void =>
    void action.run(async () => {
      signedIn(await call<Me>('GET', '/api/v1/me', { isSigningIn: true }))
      answerAsked(true)
    })
  return (
    <>
      <p>{t.againAtProvider}</p>
      {action.refusal && <Problem refusal={action.refusal} />}
      <div className="row">
        <a className="button" href="/api/v1/oidc/login?again=true" target="_blank" rel="noreferrer">
          {t.provider}
        </a>
        <Button kind="primary" isBusy={action.isBusy} onClick={goOn}>
          {t.goOn}
        </Button>
        <Button onClick={() => answerAsked(false)}>{kit.cancel}</Button>
      </div>
    </>
  )
}
