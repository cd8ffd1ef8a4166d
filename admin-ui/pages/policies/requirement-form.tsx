// What a route asks of an issuer's tokens: put on a route that asked for none, or changed on one that does.

import { useState } from 'react'
import type { RouteView } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Form, SelectField, TextArea, TextField } from '../../kit/form.tsx'
import { useWords } from '../../language/words.ts'
import { ISSUER_FORM_WORDS } from './issuer-form-words.ts'
import { requirementFaults, requirementOf, type RequirementFields } from './requirement.ts'

export interface RequirementFormProps {
  readonly issuer: string
  readonly routes: readonly RouteView[]
  readonly onSave: (route: RouteView, fields: RequirementFields) => void
}

export function RequirementForm({ issuer, routes, onSave }: RequirementFormProps) {
  const t = useWords(ISSUER_FORM_WORDS)
  const [name, setName] = useState('')
  const [edited, setEdited] = useState<Partial<RequirementFields>>({})
  const [isTried, setTried] = useState(false)
  const route = routes.find((one) => one.name === name)
  const accepts = ({ auth }: RouteView): boolean =>
    auth.kind === 'token' && auth.issuers.includes(issuer)
  const given = route === undefined ? { audience: '', scope: '', claims: '' } : requirementOf(route)
  const fields = { ...given, ...edited }
  const faults = requirementFaults(fields)
  const fault = (key: 'audience' | 'claims'): string | null =>
    isTried && faults.has(key) ? t.requirementFaults[key] : null
  const set = (key: keyof RequirementFields) => (value: string) =>
    setEdited({ ...edited, [key]: value })
  const save = (): void => {
    setTried(true)
    if (route === undefined || faults.size > 0) return
    onSave(route, fields)
    setTried(false)
    setEdited({})
  }
  return (
    <Form onSubmit={save} label={t.ask}>
      <SelectField
        label={t.route}
        fault={isTried && route === undefined ? t.chooseFirst : null}
        value={route === undefined ? '' : name}
        options={[
          ['', t.choose],
          ...routes.map((one) => [one.name, accepts(one) ? t.mark(one.name) : one.name] as const),
        ]}
        onChange={(next) => {
          setName(next)
          setEdited({})
          setTried(false)
        }}
      />
      <div className="form-columns">
        <TextField
          label={t.audience}
          hint={t.audienceHint}
          className="code"
          fault={fault('audience')}
          value={fields.audience}
          onChange={set('audience')}
        />
        <TextField
          label={t.scope}
          hint={t.scopeHint}
          className="code"
          value={fields.scope}
          onChange={set('scope')}
        />
      </div>
      <TextArea
        label={t.claims}
        hint={t.claimsHint}
        className="code"
        rows={2}
        fault={fault('claims')}
        value={fields.claims}
        onChange={set('claims')}
      />
      <Button type="submit">{route !== undefined && accepts(route) ? t.put : t.attach}</Button>
    </Form>
  )
}
