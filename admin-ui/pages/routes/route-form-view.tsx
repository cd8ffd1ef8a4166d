// The fields of one route, with what is missing beside the button and how what was typed is read below each field.

import { useId, useState } from 'react'
import { NotEditable } from '../../config-text/edit.ts'
import type { ParsedConfig, RouteView } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Form, SelectField, TextArea, TextField } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import {
  addRoute,
  changeRoute,
  fieldsOf,
  NEW_ROUTE,
  normalized,
  otherKeys,
  type RouteFields,
} from './route-form.ts'
import { ROUTE_WORDS } from './words.ts'

export interface RouteFormViewProps {
  readonly text: string
  readonly config: ParsedConfig
  /** null: a new one. */
  readonly route: RouteView | null
  readonly isReadOnly: boolean
  readonly onSave: (text: string, name: string) => void
}

type Words = (typeof ROUTE_WORDS)['en']
type Faults = Partial<Record<keyof RouteFields, string>>

export function RouteFormView({ text, config, route, isReadOnly, onSave }: RouteFormViewProps) {
  const t = useWords(ROUTE_WORDS)
  const servicesId = useId()
  const original = route === null ? newRoute(config) : fieldsOf(route)
  const [edited, setEdited] = useState<Partial<RouteFields>>({})
  const [isTried, setTried] = useState(false)
  const [isStuck, setStuck] = useState(false)
  const fields = { ...original, ...edited }
  const read = normalized(fields)
  const faults = isTried ? faultsOf(t, read, config, route) : {}
  const set =
    (key: keyof RouteFields) =>
    (value: string): void =>
      setEdited({ ...edited, [key]: value })
  const note = (key: keyof RouteFields, hint: string): string =>
    fields[key] === read[key] || isBlank(fields[key])
      ? hint
      : `${t.normalized(String(read[key]))} · ${hint}`
  const save = (): void => {
    setTried(true)
    setStuck(false)
    if (isReadOnly || Object.keys(faultsOf(t, read, config, route)).length > 0) return
    try {
      const next = route === null ? addRoute(text, read) : changeRoute(text, route, original, read)
      if (next === text) return
      setEdited({})
      onSave(next, read.name)
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error
      setStuck(true)
    }
  }
  const common = { readOnly: isReadOnly, className: 'code' }
  const f = t.fields
  const isChanged = Object.keys(edited).length > 0
  return (
    <Form onSubmit={save}>
      <div className="form-columns">
        <TextField
          label={f.name}
          hint={note('name', f.nameHint)}
          fault={faults.name ?? null}
          value={fields.name}
          onChange={set('name')}
          {...common}
        />
        {fields.to === null ? (
          <div className="field">
            <span>{f.to}</span>
            <p className="hint">{f.toMany}</p>
          </div>
        ) : (
          <TextField
            label={f.to}
            hint={note('to', f.toHint)}
            fault={faults.to ?? null}
            value={fields.to}
            onChange={set('to')}
            list={servicesId}
            {...common}
          />
        )}
      </div>
      <datalist id={servicesId}>
        {config.services.map((service) => (
          <option key={service} value={service} />
        ))}
      </datalist>
      <div className="form-columns">
        <TextField
          label={f.hosts}
          hint={note('hosts', f.hostsHint)}
          value={fields.hosts}
          onChange={set('hosts')}
          {...common}
        />
        <TextField
          label={f.path}
          hint={note('path', f.pathHint)}
          fault={faults.path ?? null}
          value={fields.path}
          onChange={set('path')}
          {...common}
        />
        <TextField
          label={f.methods}
          hint={note('methods', f.methodsHint)}
          value={fields.methods}
          onChange={set('methods')}
          {...common}
        />
      </div>
      <SelectField
        label={f.auth}
        value={fields.auth}
        disabled={isReadOnly}
        options={[
          ['token', f.authToken],
          ['public', f.authPublic],
        ]}
        onChange={set('auth')}
      />
      {fields.auth === 'token' && (
        <TokenFields
          t={t}
          fields={fields}
          config={config}
          faults={faults}
          set={set}
          isReadOnly={isReadOnly}
        />
      )}
      <div className="form-columns">
        <TextArea
          label={f.limits}
          hint={note('limits', f.limitsHint)}
          value={fields.limits}
          onChange={set('limits')}
          readOnly={isReadOnly}
          rows={3}
        />
        <div className="form">
          <TextField
            label={f.cors}
            hint={note('cors', f.corsHint)}
            value={fields.cors}
            onChange={set('cors')}
            {...common}
          />
          <TextField
            label={f.timeout}
            hint={note('timeout', f.timeoutHint)}
            value={fields.timeout}
            onChange={set('timeout')}
            {...common}
          />
        </div>
      </div>
      {route !== null && otherKeys(route).length > 0 && (
        <p className="hint">{f.others(otherKeys(route).join(', '))}</p>
      )}
      {isStuck && <Notice tone="bad" title={t.notEditable} />}
      {!isReadOnly && (
        <div className="row">
          <Button type="submit" kind="primary">
            {t.save}
          </Button>
          <span className="fault" role="status">
            {Object.values(faults).join(' ')}
          </span>
          {route !== null && !isChanged && <span className="hint">{t.noChange}</span>}
        </div>
      )}
    </Form>
  )
}

interface TokenFieldsProps {
  readonly t: Words
  readonly fields: RouteFields
  readonly config: ParsedConfig
  readonly faults: Faults
  readonly set: (key: keyof RouteFields) => (value: string) => void
  readonly isReadOnly: boolean
}

function TokenFields({
  t,
  fields,
  config: { issuers },
  faults,
  set,
  isReadOnly,
}: TokenFieldsProps) {
  const f = t.fields
  const isListed = fields.issuer === '' || issuers.includes(fields.issuer)
  const names = isListed ? issuers : [...issuers, fields.issuer]
  return (
    <div className="form-columns">
      <SelectField
        label={f.issuer}
        hint={issuers.length === 0 ? f.noIssuer : undefined}
        fault={faults.issuer ?? null}
        value={fields.issuer}
        disabled={isReadOnly}
        options={[
          ...(fields.issuer === '' ? [['', '–'] as const] : []),
          ...names.map((name) => [name, name] as const),
        ]}
        onChange={set('issuer')}
      />
      <TextField
        label={f.audience}
        hint={f.audienceHint}
        fault={faults.audience ?? null}
        value={fields.audience}
        onChange={set('audience')}
        readOnly={isReadOnly}
        className="code"
      />
      <TextField
        label={f.scope}
        hint={f.scopeHint}
        value={fields.scope}
        onChange={set('scope')}
        readOnly={isReadOnly}
        className="code"
      />
    </div>
  )
}

function newRoute({ issuers }: ParsedConfig): RouteFields {
  return issuers.length === 1 ? { ...NEW_ROUTE, issuer: issuers[0]! } : NEW_ROUTE
}

function isBlank(value: string | null): boolean {
  return value === null || value.trim() === ''
}

/** What the gateway would refuse for certain; everything else it says itself. */
function faultsOf(
  { needs }: Words,
  fields: RouteFields,
  { routes }: ParsedConfig,
  route: RouteView | null,
): Faults {
  const faults: Faults = {}
  if (fields.name === '') faults.name = needs.name
  else if (routes.some(({ name, index }) => name === fields.name && index !== route?.index))
    faults.name = needs.nameTaken
  if (!fields.path.startsWith('/')) faults.path = needs.path
  if (fields.to === '') faults.to = needs.to
  if (fields.auth === 'token') {
    if (fields.issuer === '') faults.issuer = needs.issuer
    if (fields.audience === '') faults.audience = needs.audience
  }
  return faults
}
