// Buttons: what they mean by their kind, and never disabled without a word why.

import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'

export type ButtonKind = 'primary' | 'plain' | 'danger' | 'quiet'

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  readonly kind?: ButtonKind
  readonly children: ReactNode
  /** What it set off is under way: it says so and does nothing. */
  readonly isBusy?: boolean
  /** Why it does nothing now; it stays focusable so that everybody can learn that. */
  readonly disabledBecause?: string | null
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({
  kind = 'plain',
  children,
  isBusy = false,
  disabledBecause = null,
  onClick,
  type = 'button',
  className = '',
  ...rest
}: ButtonProps) {
  const isOff = isBusy || disabledBecause !== null
  return (
    <button
      {...rest}
      type={type}
      className={`button ${kind} ${className}`}
      aria-disabled={isOff || undefined}
      aria-busy={isBusy || undefined}
      title={disabledBecause ?? rest.title}
      onClick={(event) => {
        if (isOff) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {children}
    </button>
  )
}
