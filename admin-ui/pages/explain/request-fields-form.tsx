// A request that nobody has made, field by field, with what a command cannot say: the client's address, the listener.

import { useState } from 'react'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { mapOf, parseConfig } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Check, Form, SelectField, TextArea, TextField } from '../../kit/form.tsx'
import { useWords } from '../../language/words.ts'
import { FORM_WORDS } from './form-words.ts'
import type { Question } from './policy-test.ts'
import {
  describedOf,
  explainCommand,
  NEW_REQUEST,
  requestFaults,
  type RequestFault,
  type RequestFields,
} from './request-fields.ts'
import { SendRequest } from './send-request.tsx'
import { TokenView } from './token-view.tsx'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const

export interface RequestFieldsFormProps {
  readonly isBusy: boolean
  readonly onAsk: (question: Question) => void
}

export function RequestFieldsForm({ isBusy, onAsk }: RequestFieldsFormProps) {
  const t = useWords(FORM_WORDS)
  const listeners = useListeners()
  const [fields, setFields] = useState<RequestFields>(NEW_REQUEST)
  const [isTried, setTried] = useState(false)
  const faults = requestFaults(fields)
  const fault = (name: RequestFault): string | null =>
    isTried && faults.has(name) ? t.faults[name] : null
  const common = <Key extends Exclude<keyof RequestFields, 'http2'>>(key: Key) => ({
    label: t.labels[key],
    value: fields[key],
    onChange: (value: string) => setFields((before) => ({ ...before, [key]: value })),
  })
  const described = faults.size === 0 ? describedOf(fields) : null
  const ask = (): void => {
    setTried(true)
    if (described !== null) onAsk({ http: described })
  }
  return (
    <div className="stack">
      <Form onSubmit={ask} label={t.title}>
        <TextField
          {...common('url')}
          hint={t.urlHint}
          fault={fault('url')}
          className="code"
          placeholder="https://api.example.com/orders/7"
        />
        <div className="form-columns">
          <SelectField {...common('method')} options={METHODS.map((one) => [one, one] as const)} />
          <TextField {...common('client')} hint={t.clientHint} className="code" />
          <SelectField
            {...common('listener')}
            options={[['', t.byUrl], ...listeners.map((one) => [one, one] as const)]}
          />
          <TextField
            {...common('bodyBytes')}
            fault={fault('bodyBytes')}
            inputMode="numeric"
            placeholder="0"
          />
        </div>
        <TextArea {...common('headers')} hint={t.headersHint} fault={fault('headers')} rows={3} />
        <TextArea {...common('token')} hint={t.tokenHint} autoComplete="off" rows={2} />
        <Check
          label={t.http2}
          isOn={fields.http2}
          onChange={(http2) => setFields((before) => ({ ...before, http2 }))}
        />
        <Button type="submit" kind="primary" isBusy={isBusy}>
          {t.explain}
        </Button>
      </Form>
      {fields.token.trim() !== '' && <TokenView text={fields.token} />}
      {described !== null && <Equivalents described={described} />}
    </div>
  )
}

function Equivalents({ described }: { readonly described: ReturnType<typeof describedOf> }) {
  const t = useWords(FORM_WORDS)
  const { url, method, headers, listener, clientIp, bodyBytes } = described
  const isSendable = clientIp === undefined && bodyBytes === undefined && !described.http2
  return (
    <>
      <details className="more">
        <summary>{t.cli}</summary>
        <Copyable text={explainCommand(described)} />
      </details>
      {isSendable && (
        <SendRequest
          key={JSON.stringify(described)}
          question={{ url, method, headers, ...(listener !== undefined && { listener }) }}
        />
      )}
    </>
  )
}

function useListeners(): readonly string[] {
  const { root } = parseConfig(useResource(CONFIG).data?.text ?? '')
  const written = Array.isArray(root['listeners']) ? (root['listeners'] as unknown[]) : []
  return written.map((one) => mapOf(one)['name']).filter((name) => typeof name === 'string')
}
