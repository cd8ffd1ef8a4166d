// Setting up a second factor: the secret for the app, a first code of it, and the recovery codes.

import { useEffect, useState } from 'react'
import { call } from '../../api/client.ts'
import type { Me } from '../../api/contract.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Form } from '../../kit/form.tsx'
import { Problem } from '../../kit/problem.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { CodeField } from '../sign-in/code-field.tsx'
import { FACTOR_WORDS } from './factor-words.ts'
import { QrCode } from './qr-code.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'

const PATH = '/api/v1/me/second-factor'

export interface EnrolmentProps {
  /** It is on: the session goes on under another id. */
  readonly onConfirmed: (me: Me) => void
  /** The recovery codes were seen. */
  readonly onDone: () => void
  /** Absent: there is no way around it. */
  readonly onCancel?: () => void
}

type Step =
  | { readonly kind: 'beginning' }
  | { readonly kind: 'app'; readonly secret: string; readonly uri: string }
  | { readonly kind: 'recovery'; readonly codes: readonly string[] }

export function Enrolment({ onConfirmed, onDone, onCancel }: EnrolmentProps) {
  const kit = useWords(KIT_WORDS)
  const [step, setStep] = useState<Step>({ kind: 'beginning' })
  const action = useAction()
  const begin = (): void =>
    void action.run(async () => {
      const begun = await call<{ secret: string; uri: string }>('POST', PATH, { body: {} })
      setStep({ kind: 'app', ...begun })
    })
  // Once: of two secrets that were begun only the later one counts.
  useEffect(begin, [])
  const confirm = async (code: string): Promise<void> => {
    const { recoveryCodes, me } = await call<{ recoveryCodes: readonly string[]; me: Me }>(
      'POST',
      `${PATH}:confirm`,
      { body: { code } },
    )
    onConfirmed(me)
    setStep({ kind: 'recovery', codes: recoveryCodes })
  }
  switch (step.kind) {
    case 'beginning':
      return action.refusal === null ? (
        <p className="loading">{kit.loading}</p>
      ) : (
        <Problem refusal={action.refusal} onRetry={begin} onDismiss={onCancel} />
      )
    case 'app':
      return <App {...step} onConfirm={confirm} onCancel={onCancel} />
    case 'recovery':
      return <RecoveryCodes codes={step.codes} onDone={onDone} />
  }
}

interface AppProps {
  readonly secret: string
  readonly uri: string
  readonly onConfirm: (code: string) => Promise<void>
  readonly onCancel: (() => void) | undefined
}

function App({ secret, uri, onConfirm, onCancel }: AppProps) {
  const t = useWords(FACTOR_WORDS)
  const kit = useWords(KIT_WORDS)
  const [code, setCode] = useState('')
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const confirm = (): void => {
    setTried(true)
    if (code !== '') void action.run(() => onConfirm(code))
  }
  return (
    <Form onSubmit={confirm}>
      <p>{t.scan}</p>
      <QrCode text={uri} label={t.qr} />
      <details className="more">
        <summary>{t.byHand}</summary>
        <Copyable text={secret.replaceAll(/(.{4})(?=.)/g, '$1 ')} />
        <p className="hint">{t.byHandHint}</p>
      </details>
      <CodeField code={code} onCode={setCode} isFirst isMissing={isTried && code === ''} />
      {action.refusal && <Problem refusal={action.refusal} />}
      <div className="row">
        <Button type="submit" kind="primary" isBusy={action.isBusy}>
          {t.confirm}
        </Button>
        {onCancel && <Button onClick={onCancel}>{kit.cancel}</Button>}
      </div>
    </Form>
  )
}
