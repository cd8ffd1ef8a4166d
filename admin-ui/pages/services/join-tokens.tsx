// Tokens by which sidecars join: made for one service, shown once, taken back at will.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { CreatedJoinToken, JoinToken } from '../../api/contract.ts'
import { JOIN_TOKENS } from '../../api/resources.ts'
import { invalidate, useResource } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, SelectField, TextField } from '../../kit/form.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge, Notice } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Ago } from '../../kit/time.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { SERVICE_WORDS } from './words.ts'

const POLL_MS = 5000
const TTLS = ['10m', '1h', '24h'] as const

export function JoinTokens() {
  const t = useWords(SERVICE_WORDS)
  const reading = useResource(JOIN_TOKENS, POLL_MS)
  const mayChange = useMay('operator')
  const [isMaking, setMaking] = useState(false)
  const action = useAction()
  const remove = (id: string): void =>
    void action.run(async () => {
      await call('DELETE', `/api/v1/join-tokens/${encodeURIComponent(id)}`)
      invalidate(JOIN_TOKENS.path)
      tell(t.removed)
    })
  const make = mayChange && (
    <Button kind="primary" onClick={() => setMaking(true)}>
      {t.make}
    </Button>
  )
  return (
    <>
      {action.refusal && <Problem refusal={action.refusal} onDismiss={action.clear} />}
      <Loaded resource={JOIN_TOKENS} reading={reading}>
        {({ items }) => (
          <DataTable
            caption={t.tabs.tokens}
            columns={columnsOf(t, mayChange ? remove : null)}
            rows={items}
            keyOf={({ id }) => id}
            tools={make}
            empty={
              <FirstStep
                title={t.tokensNone}
                command="join-token --service billing"
                operation="listJoinTokens"
                needs="operator"
                action={make}
              />
            }
          />
        )}
      </Loaded>
      {isMaking && <MakeDialog onClose={() => setMaking(false)} />}
    </>
  )
}

function MakeDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(SERVICE_WORDS)
  const kit = useWords(KIT_WORDS)
  const [service, setService] = useState('')
  const [ttl, setTtl] = useState('10m')
  const [made, setMade] = useState<CreatedJoinToken | null>(null)
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const name = plainText(service)
  const make = (): void => {
    setTried(true)
    if (name === '') return
    void action.run(async () => {
      setMade(await call('POST', '/api/v1/join-tokens', { body: { service: name, ttl } }))
      invalidate(JOIN_TOKENS.path)
    })
  }
  return (
    <Dialog title={t.makeTitle} onClose={onClose}>
      {made === null ? (
        <Form onSubmit={make}>
          <TextField
            label={t.service}
            hint={t.serviceHint}
            fault={isTried && name === '' ? t.needService : null}
            className="code"
            value={service}
            onChange={setService}
          />
          <SelectField
            label={t.ttl}
            value={ttl}
            options={TTLS.map((value) => [value, t.ttls[value]])}
            onChange={setTtl}
          />
          {action.refusal && <Problem refusal={action.refusal} />}
          <div className="row">
            <Button type="submit" kind="primary" isBusy={action.isBusy}>
              {t.makeDo}
            </Button>
            <Button onClick={onClose}>{kit.cancel}</Button>
          </div>
        </Form>
      ) : (
        <>
          <Notice tone="ok" title={t.made} />
          <Copyable text={made.token} />
          <p>{t.command}</p>
          <Copyable
            text={`npx sallyport sidecar --service ${name} --app http://127.0.0.1:3001 \\\n  --control https://${location.hostname}:15012 --token-file ./join-token`}
          />
          <Button kind="primary" onClick={onClose}>
            {kit.close}
          </Button>
        </>
      )}
    </Dialog>
  )
}

function columnsOf(
  t: (typeof SERVICE_WORDS)['en'],
  onRemove: ((id: string) => void) | null,
): readonly Column<JoinToken>[] {
  const columns: Column<JoinToken>[] = [
    {
      id: 'service',
      title: t.service,
      value: ({ service }) => service,
      cell: ({ service }) => <strong>{service}</strong>,
    },
    {
      id: 'used',
      title: t.used,
      value: ({ usedAtMs }) => usedAtMs ?? 0,
      cell: ({ usedAtMs }) =>
        usedAtMs === null ? <span className="muted">{t.unused}</span> : <Ago ms={usedAtMs} />,
    },
    {
      id: 'expires',
      title: t.expires,
      value: ({ expiresAtMs }) => expiresAtMs,
      cell: ({ expiresAtMs }) =>
        expiresAtMs < Date.now() ? (
          <Badge tone="neutral">{t.expired}</Badge>
        ) : (
          <Ago ms={expiresAtMs} />
        ),
    },
    {
      id: 'by',
      title: t.by,
      value: ({ createdBy }) => createdBy,
      cell: ({ createdBy }) => createdBy,
    },
    {
      id: 'id',
      title: t.tokenId,
      isMinor: true,
      value: ({ id }) => id,
      cell: ({ id }) => <code>{id}</code>,
    },
  ]
  if (onRemove !== null) {
    columns.push({
      id: 'remove',
      title: t.remove,
      cell: ({ id }) => (
        <Button kind="quiet" className="small" onClick={() => onRemove(id)}>
          {t.remove}
        </Button>
      ),
    })
  }
  return columns
}
