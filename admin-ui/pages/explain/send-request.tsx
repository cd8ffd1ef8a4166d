// A button that sends one real request through the node's own listener, and what came back.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { TestResult } from '../../api/contract.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Problem } from '../../kit/problem.tsx'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { TestResultView } from './test-result.tsx'
import { TEST_WORDS } from './test-words.ts'

export interface TestQuestion {
  readonly url: string
  readonly method?: string
  readonly headers?: readonly { readonly name: string; readonly value: string }[]
  readonly listener?: string
}

export interface SendRequestProps {
  readonly question: TestQuestion
  /** It is what the page wants next. */
  readonly isMain?: boolean
}

/** Nothing for those who may not. */
export function SendRequest({ question, isMain = false }: SendRequestProps) {
  const t = useWords(TEST_WORDS)
  const maySend = useMay('operator')
  const [result, setResult] = useState<TestResult | null>(null)
  const action = useAction()
  if (!maySend) return null
  const send = (): void =>
    void action.run(async () => {
      setResult(null)
      setResult(await call<TestResult>('POST', '/api/v1/test-request', { body: question }))
    })
  return (
    <div className="stack">
      <p className="row">
        <Button kind={isMain ? 'primary' : 'plain'} isBusy={action.isBusy} onClick={send}>
          {t.send}
        </Button>
        <span className="hint">{t.hint}</span>
      </p>
      <details className="more">
        <summary>{t.cli}</summary>
        <Copyable text={commandOf(question)} />
      </details>
      {action.refusal && <Problem refusal={action.refusal} />}
      {result !== null && <TestResultView result={result} />}
    </div>
  )
}

/** A token is left for the person to put in: a command stays in the history of a shell. */
function commandOf({ url, method = 'GET', headers = [], listener }: TestQuestion): string {
  const fields = headers.map(({ name, value }) => {
    const isSecret = /^(?:authorization|cookie)$/i.test(name)
    return ` -H '${name}: ${isSecret ? '…' : value}'`
  })
  const verb = method === 'GET' ? '' : ` -X ${method}`
  const where = listener === undefined ? '' : ` --listener ${listener}`
  return `npx sallyport request${where} -- curl${verb}${fields.join('')} '${url}'`
}
