// Short news that something is done, told to screen readers too, with a way to take it back where there is one.

import { useSyncExternalStore } from 'react'
import { Button } from './button.tsx'

interface Toast {
  readonly id: number
  readonly text: string
  readonly undo: { readonly label: string; readonly run: () => void } | null
}

const SHOWN_MS = 10_000
const MAX_TOASTS = 4
const listeners = new Set<() => void>()
let toasts: readonly Toast[] = []
let lastId = 0

function set(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

function remove(id: number): void {
  set(toasts.filter((toast) => toast.id !== id))
}

/** Only after the server has said so. Faults are no toasts: they stay on the page. */
export function tell(text: string, undo: Toast['undo'] = null): void {
  const id = ++lastId
  set([...toasts, { id, text, undo }].slice(-MAX_TOASTS))
  setTimeout(() => remove(id), SHOWN_MS)
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, undo }) => (
        <div key={id} className="toast">
          <span>{text}</span>
          {undo !== null && (
            <Button
              kind="quiet"
              onClick={() => {
                remove(id)
                undo.run()
              }}
            >
              {undo.label}
            </Button>
          )}
        </div>
      ))}
    </div>
  )
}
