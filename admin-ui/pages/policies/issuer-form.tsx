// The form of one issuer: where its keys are, which signatures are verified, and which never are.

import { useId, useState } from 'react'
import { flowText } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Check, Form, TextField } from '../../kit/form.tsx'
import { Prose } from '../../kit/prose.tsx'
import { useWords } from '../../language/words.ts'
import {
  ALGORITHMS,
  DEFAULT_SKEW,
  issuerFaults,
  issuerValue,
  NEVER,
  type IssuerFault,
  type IssuerFields,
} from './issuer-fields.ts'
import { ISSUER_FORM_WORDS } from './issuer-form-words.ts'

export interface IssuerFormProps {
  /** In the configuration. */
  readonly name: string
  readonly given: IssuerFields
  /** Where discovery found the keys; null: nobody asked. */
  readonly found: string | null
  /** What its keys can verify at present; null: nobody asked. */
  readonly usable: readonly string[] | null
  readonly action: string
  readonly onSave: (fields: IssuerFields) => void
}

export function IssuerForm({ name, given, found, usable, action, onSave }: IssuerFormProps) {
  const t = useWords(ISSUER_FORM_WORDS)
  const [fields, setFields] = useState(given)
  const [isTried, setTried] = useState(false)
  const faults = issuerFaults(fields)
  const fault = (key: IssuerFault): string | null =>
    isTried && faults.has(key) ? t.faults[key] : null
  const set = (key: 'issuer' | 'jwks' | 'clockSkew' | 'maxLifetime' | 'type') => (value: string) =>
    setFields((before) => ({ ...before, [key]: value }))
  const save = (): void => {
    setTried(true)
    if (faults.size === 0) onSave(fields)
  }
  return (
    <Form onSubmit={save}>
      <TextField
        label={t.issuer}
        hint={t.issuerHint}
        className="code"
        type="url"
        fault={fault('issuer')}
        value={fields.issuer}
        onChange={set('issuer')}
      />
      {fields.jwks === null ? (
        <p className="hint">{t.inline}</p>
      ) : (
        <TextField
          label={t.jwks}
          hint={t.jwksHint}
          className="code"
          placeholder={found ?? t.byDiscovery}
          value={fields.jwks}
          onChange={set('jwks')}
        />
      )}
      <AlgorithmChoice
        chosen={fields.algorithms}
        usable={usable}
        fault={fault('algorithms')}
        onChange={(algorithms) => setFields({ ...fields, algorithms })}
      />
      <div className="form-columns">
        <TextField
          label={t.clockSkew}
          hint={t.clockSkewHint}
          className="code"
          placeholder={DEFAULT_SKEW}
          fault={fault('clockSkew')}
          value={fields.clockSkew}
          onChange={set('clockSkew')}
        />
        <TextField
          label={t.maxLifetime}
          hint={t.maxLifetimeHint}
          className="code"
          placeholder={t.any}
          fault={fault('maxLifetime')}
          value={fields.maxLifetime}
          onChange={set('maxLifetime')}
        />
        <TextField
          label={t.type}
          hint={t.typeHint}
          className="code"
          placeholder={t.any}
          value={fields.type}
          onChange={set('type')}
        />
      </div>
      {faults.size === 0 && fields.jwks !== null && (
        <details className="more">
          <summary>{t.yaml}</summary>
          <Copyable text={`issuers: ${flowText({ [name]: issuerValue(fields) })}`} />
        </details>
      )}
      <Button type="submit">{action}</Button>
    </Form>
  )
}

interface AlgorithmChoiceProps {
  readonly chosen: readonly string[]
  readonly usable: readonly string[] | null
  readonly fault: string | null
  readonly onChange: (chosen: readonly string[]) => void
}

function AlgorithmChoice({ chosen, usable, fault, onChange }: AlgorithmChoiceProps) {
  const t = useWords(ISSUER_FORM_WORDS)
  const id = useId()
  const toggle = (name: string, isOn: boolean): void =>
    onChange(ALGORITHMS.filter((one) => (one === name ? isOn : chosen.includes(one))))
  return (
    <div role="group" aria-labelledby={id} className="stack">
      <strong id={id}>{t.algorithms}</strong>
      <div className="row">
        {ALGORITHMS.map((name) => (
          <Check
            key={name}
            label={
              <>
                <code>{name}</code>
                {usable !== null && usable.includes(name) && (
                  <span className="muted"> {t.hasKey}</span>
                )}
              </>
            }
            isOn={chosen.includes(name)}
            onChange={(isOn) => toggle(name, isOn)}
          />
        ))}
      </div>
      {fault !== null && <p className="fault">{fault}</p>}
      <div className="row">
        {NEVER.map((name) => (
          <label key={name} className="check muted">
            <input type="checkbox" checked={false} disabled aria-describedby={`${id}-never`} />
            <code>{name}</code>
          </label>
        ))}
      </div>
      <p className="hint" id={`${id}-never`}>
        <Prose text={t.never} />
      </p>
    </div>
  )
}
