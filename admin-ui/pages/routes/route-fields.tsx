// The fields of one route: what it is for, who may call, and what holds for its requests.

import { useId } from 'react'
import type { ParsedConfig } from '../../config-text/parse.ts'
import { SelectField, TextArea, TextField } from '../../kit/form.tsx'
import { useWords } from '../../language/words.ts'
import type { RouteFields } from './route-form.ts'
import { ROUTE_WORDS } from './words.ts'

export interface RouteFieldsProps {
  /** As typed. */
  readonly fields: RouteFields
  /** As the gateway will read it. */
  readonly read: RouteFields
  readonly config: ParsedConfig
  readonly faults: Partial<Record<keyof RouteFields, string>>
  readonly isReadOnly: boolean
  readonly set: (key: keyof RouteFields) => (value: string) => void
}

type TextKey = Exclude<keyof RouteFields, 'auth' | 'limits' | 'issuer'>

/** One line of text, with how it will be read where that is another one. */
function Line({
  name,
  label,
  hint,
  list,
  ...props
}: RouteFieldsProps & {
  readonly name: TextKey
  readonly label: string
  readonly hint: string
  readonly list?: string
}) {
  const { fields, faults, isReadOnly, set } = props
  return (
    <TextField
      label={label}
      hint={useNote(props, name, hint)}
      fault={faults[name] ?? null}
      value={fields[name] ?? ''}
      onChange={set(name)}
      readOnly={isReadOnly}
      className={name === 'owner' ? undefined : 'code'}
      list={list}
    />
  )
}

function useNote({ fields, read }: RouteFieldsProps, key: keyof RouteFields, hint: string): string {
  const t = useWords(ROUTE_WORDS)
  const [typed, plain] = [fields[key] ?? '', read[key] ?? '']
  return typed === plain || typed.trim() === '' ? hint : `${t.normalized(plain)} · ${hint}`
}

/** Its name, who answers for it, which requests it is for, and where they go. */
export function MatchFields(props: RouteFieldsProps) {
  const { fields, config } = props
  const { fields: f } = useWords(ROUTE_WORDS)
  const servicesId = useId()
  return (
    <>
      <div className="form-columns">
        <Line {...props} name="name" label={f.name} hint={f.nameHint} />
        <Line {...props} name="owner" label={f.owner} hint={f.ownerHint} />
        {fields.to === null ? (
          <div className="field">
            <span>{f.to}</span>
            <p className="hint">{f.toMany}</p>
          </div>
        ) : (
          <Line {...props} name="to" label={f.to} hint={f.toHint} list={servicesId} />
        )}
      </div>
      <datalist id={servicesId}>
        {config.services.map((service) => (
          <option key={service} value={service} />
        ))}
      </datalist>
      <div className="form-columns">
        <Line {...props} name="hosts" label={f.hosts} hint={f.hostsHint} />
        <Line {...props} name="path" label={f.path} hint={f.pathHint} />
        <Line {...props} name="methods" label={f.methods} hint={f.methodsHint} />
      </div>
    </>
  )
}

export function CallerFields(props: RouteFieldsProps) {
  const { fields, config, faults, isReadOnly, set } = props
  const { fields: f } = useWords(ROUTE_WORDS)
  const { issuers } = config
  const isListed = fields.issuer === '' || issuers.includes(fields.issuer)
  const names = isListed ? issuers : [...issuers, fields.issuer]
  return (
    <>
      <SelectField
        label={f.auth}
        fault={faults.auth ?? null}
        value={fields.auth}
        disabled={isReadOnly}
        options={[
          ['token', f.authToken],
          ['public', f.authPublic],
        ]}
        onChange={set('auth')}
      />
      {fields.auth === 'token' && (
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
          <Line {...props} name="audience" label={f.audience} hint={f.audienceHint} />
          <Line {...props} name="scope" label={f.scope} hint={f.scopeHint} />
        </div>
      )}
    </>
  )
}

export function PolicyFields(props: RouteFieldsProps) {
  const { fields, faults, isReadOnly, set } = props
  const { fields: f } = useWords(ROUTE_WORDS)
  return (
    <div className="form-columns">
      <TextArea
        label={f.limits}
        hint={useNote(props, 'limits', f.limitsHint)}
        fault={faults.limits ?? null}
        value={fields.limits}
        onChange={set('limits')}
        readOnly={isReadOnly}
        rows={3}
      />
      <div className="form">
        <Line {...props} name="cors" label={f.cors} hint={f.corsHint} />
        <Line {...props} name="timeout" label={f.timeout} hint={f.timeoutHint} />
      </div>
    </div>
  )
}
