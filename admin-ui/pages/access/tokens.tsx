// API tokens: one's own, or everybody's for an administrator; the secret is shown once.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { NewToken, Token } from '../../api/contract.ts'
import { TOKENS } from '../../api/resources.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, SelectField, TextField } from '../../kit/form.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Notice } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Ago } from '../../kit/time.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { useMe } from '../../session/session.ts'
import { RoleFields, scopeOf } from './role-fields.tsx'
import { useWhole } from './use-whole.ts'
import { ACCESS_WORDS } from './words.ts'

const LIVES = ['1d', '30d', '90d', '366d'] as const

export function Tokens() {
  const t = useWords(ACCESS_WORDS)
  const reading = useWhole(TOKENS)
  const [isMaking, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<Token | null>(null)
  const make = (
    <Button kind="primary" onClick={() => setMaking(true)}>
      {t.makeToken}
    </Button>
  )
  return (
    <>
      <Loaded resource={TOKENS} reading={reading}>
        {({ items }) => (
          <DataTable
            caption={t.tabs.tokens}
            columns={columnsOf(t, setRevoking)}
            rows={items}
            keyOf={({ id }) => id}
            tools={make}
            empty={
              <FirstStep
                title={t.tokensNone}
                command="token add ci --role viewer --expires 30d"
                operation="listTokens"
                action={make}
              />
            }
          />
        )}
      </Loaded>
      {isMaking && <TokenDialog onClose={() => setMaking(false)} />}
      {revoking !== null && <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </>
  )
}

interface RevokeProps {
  readonly token: Token
  readonly onClose: () => void
}

function RevokeDialog({ token: { id, name }, onClose }: RevokeProps) {
  const t = useWords(ACCESS_WORDS)
  const kit = useWords(KIT_WORDS)
  const action = useAction()
  const revoke = (): void =>
    void action.run(async () => {
      await call('DELETE', `/api/v1/tokens/${encodeURIComponent(id)}`)
      invalidate('/api/v1/tokens')
      tell(t.revoked)
      onClose()
    })
  return (
    <Dialog title={t.revokeTitle(name)} onClose={onClose}>
      <p>{t.revokeText}</p>
      {action.refusal && <Problem refusal={action.refusal} />}
      <div className="row">
        <Button kind="danger" isBusy={action.isBusy} onClick={revoke}>
          {t.revoke}
        </Button>
        <Button onClick={onClose}>{kit.cancel}</Button>
      </div>
    </Dialog>
  )
}

function TokenDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(ACCESS_WORDS)
  const kit = useWords(KIT_WORDS)
  const me = useMe()
  const [name, setName] = useState('')
  const [role, setRole] = useState(me.role)
  const [scope, setScope] = useState(me.scope.join(', '))
  const [expiresIn, setExpiresIn] = useState('90d')
  const [secret, setSecret] = useState<string | null>(null)
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const make = (): void => {
    setTried(true)
    if (plainText(name) === '') return
    void action.run(async () => {
      const body = { name: plainText(name), role, scope: scopeOf(scope), expiresIn }
      setSecret((await call<NewToken>('POST', '/api/v1/tokens', { body })).secret)
      invalidate('/api/v1/tokens')
    })
  }
  return (
    <Dialog title={t.makeToken} onClose={onClose}>
      {secret === null ? (
        <Form onSubmit={make}>
          <TextField
            label={t.tokenName}
            fault={isTried && plainText(name) === '' ? t.needs : null}
            value={name}
            onChange={setName}
          />
          <RoleFields
            role={role}
            scope={scope}
            upTo={me.role}
            onRole={setRole}
            onScope={setScope}
          />
          <SelectField
            label={t.expiresIn}
            value={expiresIn}
            options={LIVES.map((life) => [life, t.lives[life]])}
            onChange={setExpiresIn}
          />
          {action.refusal && <Problem refusal={action.refusal} />}
          <div className="row">
            <Button type="submit" kind="primary" isBusy={action.isBusy}>
              {t.make}
            </Button>
            <Button onClick={onClose}>{kit.cancel}</Button>
          </div>
        </Form>
      ) : (
        <>
          <Notice tone="ok" title={t.secretOnce} />
          <Copyable text={secret} />
          <p>{t.use}</p>
          <Copyable
            text={`curl -H "authorization: Bearer $TOKEN" ${location.origin}/api/v1/config`}
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
  t: (typeof ACCESS_WORDS)['en'],
  onRevoke: (token: Token) => void,
): readonly Column<Token>[] {
  return [
    {
      id: 'name',
      title: t.tokenName,
      value: ({ name, id }) => `${name} ${id}`,
      cell: ({ name, id }) => (
        <>
          <strong>{name}</strong>
          <span className="hint">
            <code>{id}</code>
          </span>
        </>
      ),
    },
    { id: 'owner', title: t.owner, value: ({ owner }) => owner, cell: ({ owner }) => owner },
    {
      id: 'role',
      title: t.role,
      value: ({ role, scope }) => `${role} ${scope.join(' ')}`,
      cell: ({ role, scope }) => (
        <>
          {t.roles[role]}
          {scope.length > 0 && <span className="hint">{scope.join(', ')}</span>}
        </>
      ),
    },
    {
      id: 'expires',
      title: t.expires,
      value: ({ expiresAtMs }) => expiresAtMs,
      cell: ({ expiresAtMs }) => <Ago ms={expiresAtMs} />,
    },
    {
      id: 'used',
      title: t.lastUsed,
      value: ({ lastUsedAtMs }) => lastUsedAtMs ?? 0,
      cell: ({ lastUsedAtMs }) =>
        lastUsedAtMs === null ? (
          <span className="muted">{t.never}</span>
        ) : (
          <Ago ms={lastUsedAtMs} />
        ),
    },
    {
      id: 'revoke',
      title: t.revoke,
      cell: (token) => (
        <Button kind="quiet" className="small" onClick={() => onRevoke(token)}>
          {t.revoke}
        </Button>
      ),
    },
  ]
}
