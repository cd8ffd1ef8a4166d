// Asks an identity provider before anybody trusts it: what it calls itself, where its keys are, and what they are worth.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { InspectedIssuer } from '../../api/contract.ts'
import { useAction } from '../../api/use-action.ts'
import { mapOf } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Badge, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import type { PolicyTabProps } from './draft-edit.ts'
import { addIssuer, issuerFields, type IssuerFields } from './issuer-fields.ts'
import { IssuerForm } from './issuer-form.tsx'
import { ISSUER_WORDS } from './issuer-words.ts'
import { KeyTable } from './key-table.tsx'
import { POLICY_WORDS } from './words.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

export function IssuerInspector(props: PolicyTabProps) {
  const t = useWords(ISSUER_WORDS)
  const common = useWords(POLICY_WORDS)
  const [url, setUrl] = useState('')
  const [found, setFound] = useState<InspectedIssuer | null>(null)
  const action = useAction()
  const fetchIt = (): void => {
    if (plainText(url) === '') return
    void action.run(async () => {
      const body = { url: plainText(url) }
      setFound(null)
      setFound(await call<InspectedIssuer>('POST', '/api/v1/issuers:discover', { body }))
    })
  }
  return (
    <Panel title={t.inspect}>
      <div className="stack">
        <p className="muted">{t.inspectLead}</p>
        <Form onSubmit={fetchIt}>
          <TextField
            label={t.url}
            hint={t.urlHint}
            className="code"
            type="url"
            placeholder="https://idp.example.com/"
            value={url}
            onChange={setUrl}
          />
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {t.fetch}
          </Button>
          {action.refusal && <Problem refusal={action.refusal} />}
        </Form>
        {found !== null && (
          <details className="more">
            <summary>{common.cli}</summary>
            <Copyable text={`npx sallyport issuers discover ${found.issuer}`} />
          </details>
        )}
        {found !== null && <Found key={found.issuer} found={found} {...props} />}
      </div>
    </Panel>
  )
}

interface FoundProps extends PolicyTabProps {
  readonly found: InspectedIssuer
}

function Found({ found, config, edit, mayChange }: FoundProps) {
  const t = useWords(ISSUER_WORDS)
  const { issuer, jwksUri, announced, algorithms, keys } = found
  const known = Object.entries(mapOf(config.root['issuers'])).find(
    ([, value]) => value === issuer || mapOf(value)['issuer'] === issuer,
  )
  return (
    <div className="stack" role="status">
      <dl className="facts">
        <dt>{t.issuer}</dt>
        <dd>
          <code>{issuer}</code>{' '}
          {known !== undefined && <Badge tone="info">{t.known(known[0])}</Badge>}
        </dd>
        <dt>{t.keysAt}</dt>
        <dd>
          <code>{jwksUri}</code>
        </dd>
        <dt>{t.announced}</dt>
        <dd>{announced.join(' ') || '–'}</dd>
        <dt>{t.usable}</dt>
        <dd>
          {algorithms.length > 0 ? algorithms.join(' ') : <Badge tone="bad">{t.noneUsable}</Badge>}
        </dd>
      </dl>
      <KeyTable keys={keys} />
      {mayChange && known === undefined && (
        <AddForm
          found={found}
          taken={config.issuers}
          onAdd={(name, fields) => edit((text) => addIssuer(text, name, fields), t.added(name))}
        />
      )}
    </div>
  )
}

interface AddFormProps {
  readonly found: InspectedIssuer
  readonly taken: readonly string[]
  readonly onAdd: (name: string, fields: IssuerFields) => void
}

function AddForm({ found: { issuer, jwksUri, algorithms }, taken, onAdd }: AddFormProps) {
  const t = useWords(ISSUER_WORDS)
  const [name, setName] = useState(() => new URL(issuer).hostname.split('.')[0] ?? '')
  const [isTried, setTried] = useState(false)
  const plain = plainText(name)
  const fault = taken.includes(plain) ? t.nameTaken : NAME.test(plain) ? null : t.nameFault
  return (
    <div className="stack">
      <TextField
        label={t.name}
        className="code"
        fault={isTried ? fault : null}
        value={name}
        onChange={setName}
      />
      <IssuerForm
        name={plain}
        given={issuerFields(issuer)}
        found={jwksUri}
        usable={algorithms}
        action={t.add}
        onSave={(fields) => {
          setTried(true)
          if (fault === null) onAdd(plain, fields)
        }}
      />
    </div>
  )
}
