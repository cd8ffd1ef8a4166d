// A token: taken apart here in the browser, and only on request shown to the gateway, which verifies it for one route.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { ListedIssuer, PlacedExplanation } from '../../api/contract.ts'
import { CONFIG, ISSUERS } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { parseConfig, type RouteView } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Form, SelectField, TextArea } from '../../kit/form.tsx'
import { Badge, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Time } from '../../kit/time.tsx'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { Answer } from './answer.tsx'
import { requestOf } from './example-request.ts'
import { decodeToken, maskedToken } from './token.ts'
import { TokenView } from './token-view.tsx'
import { TOKEN_WORDS } from './token-words.ts'

interface Verified {
  readonly atMs: number
  /** Masked: what was sent is kept nowhere. */
  readonly token: string
  readonly route: string
  readonly verdict: PlacedExplanation['verdict']
  readonly reason: string
}

const MAX_VERIFIED = 10
const TONES = { allow: 'ok', deny: 'bad', unknown: 'warn' } as const

export function TokenTab() {
  const t = useWords(TOKEN_WORDS)
  const served = useResource(CONFIG).data
  const routes = parseConfig(served?.text ?? '').routes.filter(({ auth }) => auth.kind === 'token')
  const [text, setText] = useState('')
  const [name, setName] = useState('')
  const [answer, setAnswer] = useState<PlacedExplanation | null>(null)
  const [issuers, setIssuers] = useState<readonly ListedIssuer[] | null>(null)
  const [verified, setVerified] = useState<readonly Verified[]>([])
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const token = decodeToken(text)
  const route = routes.find((one) => one.name === name) ?? routes[0]
  const missing = isTried && text.trim() === '' ? t.first : null
  const tokenFault = token === null && text.trim() !== '' ? t.noToken : missing
  const change = (next: string): void => {
    setText(next)
    setAnswer(null)
  }
  const verify = (): void => {
    setTried(true)
    if (token === null || route === undefined) return
    void action.run(async () => {
      setAnswer(null)
      const { items } = await call<{ items: readonly ListedIssuer[] }>('GET', ISSUERS.path)
      const body = { http: withToken(route, text) }
      const found = await call<PlacedExplanation>('POST', '/api/v1/explain', { body })
      setIssuers(items)
      setAnswer(found)
      const { verdict, reason } = found
      const entry = {
        atMs: Date.now(),
        token: maskedToken(text),
        route: route.name,
        verdict,
        reason,
      }
      setVerified((before) => [entry, ...before].slice(0, MAX_VERIFIED))
    })
  }
  return (
    <>
      <Panel>
        <p className="muted">{t.lead}</p>
        <Form onSubmit={verify}>
          <TextArea
            label={t.token}
            hint={t.tokenHint}
            fault={tokenFault}
            rows={4}
            autoComplete="off"
            value={text}
            onChange={change}
          />
          {token !== null && <TokenView text={text} issuers={issuers} />}
          <SelectField
            label={t.route}
            hint={t.routeHint}
            fault={isTried && route === undefined ? t.noRoute : null}
            value={route?.name ?? ''}
            options={
              routes.length === 0
                ? [['', t.noRoute]]
                : routes.map((one) => [one.name, one.name] as const)
            }
            onChange={setName}
          />
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {t.verify}
          </Button>
          {action.refusal && <Problem refusal={action.refusal} />}
        </Form>
      </Panel>
      {answer !== null && <Answer explanation={answer} />}
      {verified.length > 0 && <History entries={verified} />}
    </>
  )
}

function withToken(route: RouteView, text: string): object {
  const value = `Bearer ${text.trim().replace(/^Bearer\s+/i, '')}`
  return { ...requestOf(route), headers: [{ name: 'authorization', value }] }
}

function History({ entries }: { readonly entries: readonly Verified[] }) {
  const t = useWords(TOKEN_WORDS)
  return (
    <Panel title={t.history}>
      <p className="muted">{t.historyLead}</p>
      <ul className="changes">
        {entries.map(({ atMs, token, route, verdict, reason }) => (
          <li key={atMs} className="row">
            <Badge tone={TONES[verdict]}>{wordFor(t.verdicts, verdict)}</Badge>
            <code>{token}</code>
            <span>{route}</span>
            <code>{reason}</code>
            <Time ms={atMs} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}
