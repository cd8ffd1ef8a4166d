// After the setup: the first service behind the gateway, put to work and tried, in one form.

import { useMemo, useState } from 'react'
import { call } from '../../api/client.ts'
import type { Served } from '../../api/contract.ts'
import { CONFIG } from '../../api/resources.ts'
import { invalidate, useResource } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { NotEditable } from '../../config-text/edit.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Form, SelectField, TextField } from '../../kit/form.tsx'
import { Notice, Page, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { SendRequest } from '../explain/send-request.tsx'
import {
  faultsOf,
  requestFor,
  withFirstRoute,
  type FirstRoute,
  type Planned,
} from './first-route.ts'
import { FIRST_WORDS } from './first-service-words.ts'

const NOTHING: FirstRoute = { to: '', path: '/*', who: 'token', issuer: '', audience: '' }

interface Done {
  readonly name: string
  readonly path: string
  readonly isOpen: boolean
}

export function FirstService() {
  const t = useWords(FIRST_WORDS)
  const reading = useResource(CONFIG)
  const [done, setDone] = useState<Done | null>(null)
  const [fields, setFields] = useState(NOTHING)
  return (
    <Page title={t.title} lead={t.lead}>
      <Loaded resource={CONFIG} reading={reading}>
        {(served) =>
          done === null ? (
            <FirstForm served={served} fields={fields} setFields={setFields} onDone={setDone} />
          ) : (
            <Tried served={served} done={done} />
          )
        }
      </Loaded>
    </Page>
  )
}

interface FirstFormProps {
  readonly served: Served
  readonly fields: FirstRoute
  readonly setFields: (change: (before: FirstRoute) => FirstRoute) => void
  readonly onDone: (done: Done) => void
}

function FirstForm({ served, fields, setFields, onDone }: FirstFormProps) {
  const t = useWords(FIRST_WORDS)
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const plain = plainFields(fields)
  const faults = faultsOf(plain)
  const planned = useMemo(() => plannedOf(served.text, fields), [served.text, fields])
  const set = (key: keyof FirstRoute) => (value: string) =>
    setFields((before) => ({ ...before, [key]: value }))
  const fault = (key: (typeof faults)[number]): string | null =>
    isTried && faults.includes(key) ? t[`${key}Fault`] : null
  const apply = (): void => {
    setTried(true)
    if (planned === null || planned === 'stuck') return
    void action.run(async () => {
      const { name, text } = planned
      const body = { text, message: t.message(name) }
      await call<Served>('PUT', '/api/v1/config', { body, ifMatch: served.checksum })
      invalidate('/api/v1/')
      onDone({ name, path: plain.path, isOpen: plain.who === 'public' })
    })
  }
  return (
    <Panel>
      <Form onSubmit={apply}>
        <div className="form-columns">
          <TextField
            label={t.to}
            hint={t.toHint}
            fault={fault('to')}
            className="code"
            inputMode="url"
            value={fields.to}
            onChange={set('to')}
          />
          <TextField
            label={t.path}
            hint={t.pathHint}
            fault={fault('path')}
            className="code"
            value={fields.path}
            onChange={set('path')}
          />
        </div>
        <SelectField
          label={t.who}
          hint={fields.who === 'public' ? t.openHint : undefined}
          value={fields.who}
          options={[
            ['token', t.whoToken],
            ['public', t.whoPublic],
          ]}
          onChange={set('who')}
        />
        {fields.who === 'token' && (
          <div className="form-columns">
            <TextField
              label={t.issuer}
              hint={t.issuerHint}
              fault={fault('issuer')}
              className="code"
              inputMode="url"
              value={fields.issuer}
              onChange={set('issuer')}
            />
            <TextField
              label={t.audience}
              hint={t.audienceHint}
              fault={fault('audience')}
              className="code"
              value={fields.audience}
              onChange={set('audience')}
            />
          </div>
        )}
        {planned === 'stuck' && (
          <Notice tone="bad" title={t.stuck}>
            <Link to="/config">{t.toConfig}</Link>
          </Notice>
        )}
        {planned !== null && planned !== 'stuck' && (
          <Equivalents yaml={planned.yaml} name={planned.name} />
        )}
        {action.refusal && <Problem refusal={action.refusal} />}
        {action.isBusy && <Notice tone="info" title={t.applying} />}
        <div className="row">
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {t.apply}
          </Button>
          <Link className="button quiet" to="/">
            {t.later}
          </Link>
        </div>
      </Form>
    </Panel>
  )
}

function Equivalents({ yaml, name }: { readonly yaml: string; readonly name: string }) {
  const t = useWords(FIRST_WORDS)
  return (
    <details className="more">
      <summary>{t.equivalents}</summary>
      <div className="stack">
        <Copyable text={yaml} />
        <Copyable text={`npx sallyport apply sallyport.yaml -m "${name}"`} />
      </div>
    </details>
  )
}

function Tried({ served, done }: { readonly served: Served; readonly done: Done }) {
  const t = useWords(FIRST_WORDS)
  const { name, path, isOpen } = done
  const asked = useMemo(() => requestFor(parseConfig(served.text), path), [served.text, path])
  return (
    <Panel>
      <div className="stack">
        <Notice tone="ok" title={t.applied(name)}>
          {!isOpen && t.tokenNote}
        </Notice>
        <Copyable text={`curl -i ${asked.url}`} />
        <SendRequest question={asked} isMain />
        <p className="row">
          <Link className="button" to="/">
            {t.overview}
          </Link>
          <Link className="button quiet" to={`/routes/${encodeURIComponent(name)}`}>
            {t.again}
          </Link>
        </p>
      </div>
    </Panel>
  )
}

/** null: something is missing; `stuck`: the file is written in a way that only a person can edit. */
function plannedOf(text: string, fields: FirstRoute): Planned | 'stuck' | null {
  const plain = plainFields(fields)
  if (faultsOf(plain).length > 0) return null
  try {
    return withFirstRoute(text, plain)
  } catch (error) {
    if (error instanceof NotEditable) return 'stuck'
    throw error
  }
}

function plainFields({ to, path, who, issuer, audience }: FirstRoute): FirstRoute {
  return {
    to: plainText(to),
    path: plainText(path),
    who,
    issuer: plainText(issuer),
    audience: plainText(audience),
  }
}
