// A dialog on the native element: it holds the focus, Escape closes it, and the focus goes back to where it came from.

import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import { useWords } from '../language/words.ts'
import { KIT_WORDS } from './words.ts'

export interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly size?: 'small' | 'wide'
}

export function Dialog({ title, onClose, children, size = 'small' }: DialogProps) {
  const t = useWords(KIT_WORDS)
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  const [opener] = useState(() => document.activeElement)
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    // By itself it would begin at the button that closes it.
    dialog?.querySelector<HTMLElement>('.dialog-body :is(input, select, textarea)')?.focus()
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [opener])
  return (
    <dialog
      ref={ref}
      className={`dialog ${size}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClose={onClose}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" className="icon-button" aria-label={t.close} onClick={onClose}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M3.5 3.5l9 9m0-9l-9 9" />
          </svg>
        </button>
      </header>
      <div className="dialog-body">{children}</div>
    </dialog>
  )
}
