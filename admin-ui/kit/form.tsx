// Forms on native controls: labels, hints and faults that belong to their field, and an Enter that only ends a conversion.

import {
  useId,
  useRef,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
} from 'react'
import { Prose } from './prose.tsx'

export interface FormProps {
  readonly children: ReactNode
  readonly onSubmit: () => void
  readonly className?: string
  readonly label?: string
}

export function Form({ children, onSubmit, className = 'form', label }: FormProps) {
  const isComposing = useRef(false)
  return (
    <form
      className={className}
      aria-label={label}
      noValidate
      onKeyDown={({ key, nativeEvent }) => {
        // Some browsers submit on the Enter that ends the conversion of an input method.
        if (key === 'Enter')
          isComposing.current = nativeEvent.isComposing || nativeEvent.keyCode === 229
      }}
      onSubmit={(event) => {
        event.preventDefault()
        if (!isComposing.current) onSubmit()
        isComposing.current = false
      }}
    >
      {children}
    </form>
  )
}

interface FieldWords {
  readonly label: ReactNode
  readonly hint?: ReactNode
  /** What is wrong with the value, in words. */
  readonly fault?: string | null
}

interface FieldProps extends FieldWords {
  readonly children: (ids: {
    id: string
    'aria-describedby'?: string
    'aria-invalid'?: true
  }) => ReactNode
}

export function Field({ label, hint, fault = null, children }: FieldProps) {
  const id = useId()
  const described = [hint && `${id}-hint`, fault !== null && `${id}-fault`]
    .filter(Boolean)
    .join(' ')
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(described !== '' && { 'aria-describedby': described }),
        ...(fault !== null && { 'aria-invalid': true as const }),
      })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {typeof hint === 'string' ? <Prose text={hint} /> : hint}
        </p>
      )}
      {fault !== null && (
        <p className="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  )
}

type InputProps = FieldWords &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> & {
    readonly value: string
    readonly onChange: (value: string) => void
  }

export function TextField({ label, hint, fault, onChange, ...rest }: InputProps) {
  return (
    <Field label={label} hint={hint} fault={fault ?? null}>
      {(ids) => (
        <input
          type="text"
          autoComplete="off"
          spellCheck={false}
          {...rest}
          {...ids}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

type AreaProps = FieldWords &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange'> & {
    readonly value: string
    readonly onChange: (value: string) => void
  }

export function TextArea({ label, hint, fault, onChange, ...rest }: AreaProps) {
  return (
    <Field label={label} hint={hint} fault={fault ?? null}>
      {(ids) => (
        <textarea
          spellCheck={false}
          {...rest}
          {...ids}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

type SelectProps = FieldWords &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange'> & {
    readonly value: string
    readonly options: readonly (readonly [value: string, text: string])[]
    readonly onChange: (value: string) => void
  }

export function SelectField({ label, hint, fault, options, onChange, ...rest }: SelectProps) {
  return (
    <Field label={label} hint={hint} fault={fault ?? null}>
      {(ids) => (
        <select {...rest} {...ids} onChange={(event) => onChange(event.target.value)}>
          {options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

export interface CheckProps {
  readonly label: ReactNode
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}

export function Check({ label, isOn, onChange }: CheckProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  )
}
