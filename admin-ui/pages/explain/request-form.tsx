// A request by its id, the latest one, or a pasted curl command with the token in it taken apart on the spot.

import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Form, TextArea } from '../../kit/form.tsx'
import { Prose } from '../../kit/prose.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { navigate } from '../../router/location.ts'
import { readCurl, type DescribedRequest } from './curl.ts'
import type { Question } from './policy-test.ts'
import { SendRequest, type TestQuestion } from './send-request.tsx'
import { TokenView } from './token-view.tsx'
import { EXPLAIN_WORDS } from './words.ts'

export interface RequestFormProps {
  readonly given: string
  readonly isBusy: boolean
  readonly onAsk: (question: Question) => void
}

export function RequestForm({ given, isBusy, onAsk }: RequestFormProps) {
  const t = useWords(EXPLAIN_WORDS)
  const [text, setText] = useState(given)
  const [isTried, setTried] = useState(false)
  const typed = text.trim()
  const isCurl = /^curl\s/.test(typed) || /\s/.test(typed)
  const read = isCurl ? readCurl(typed) : null
  const fault = isTried && read?.kind === 'fault' ? t.faults[read.fault] : null
  const ask = (): void => {
    setTried(true)
    if (typed === '') return
    // The address carries an id, so that it can be shared; never a command, which may hold a token.
    if (read === null && typed !== 'last' && plainText(typed) !== given)
      navigate(`/explain?request=${encodeURIComponent(plainText(typed))}`)
    else if (read === null) onAsk({ request: plainText(typed) })
    else if (read.kind === 'request') onAsk({ http: read.request })
  }
  const authorization =
    read?.kind === 'request'
      ? read.request.headers.find(({ name }) => name.toLowerCase() === 'authorization')?.value
      : undefined
  return (
    <div className="stack">
      <Form onSubmit={ask}>
        <TextArea
          label={<Prose text={t.input} />}
          hint={t.inputHint}
          fault={fault}
          value={text}
          onChange={setText}
          rows={3}
          data-filter
          placeholder="curl -H 'authorization: Bearer …' https://api.example.com/orders/7"
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || isCurl)
              return
            event.preventDefault()
            ask()
          }}
        />
        <div className="row">
          <Button type="submit" kind="primary" isBusy={isBusy}>
            {t.explain}
          </Button>
          <Button onClick={() => onAsk({ request: 'last' })}>{t.last}</Button>
        </div>
      </Form>
      {authorization !== undefined && <TokenView text={authorization} />}
      {read?.kind === 'request' && read.request.bodyBytes === 0 && (
        <SendRequest key={typed} question={sendable(read.request)} />
      )}
    </div>
  )
}

/** As curl would send it, over HTTP/1.1. */
function sendable({ url, method, headers }: DescribedRequest): TestQuestion {
  return { url, method, headers }
}
