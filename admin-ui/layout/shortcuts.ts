// Keys for the whole console: never while somebody types or converts, and they can be turned off.

import { useEffect, useRef, useSyncExternalStore } from 'react'

/** After `g` the next key must follow within this time. */
const CHORD_MS = 1500
const KEY = 'sallyport.keys'
const listeners = new Set<() => void>()
let isOn = stored()

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off'
  } catch {
    return true
  }
}

export function setKeys(on: boolean): void {
  isOn = on
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off')
  } catch {
    // As with the theme.
  }
  for (const listener of listeners) listener()
}

export function useKeys(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => isOn,
  )
}

export interface ShortcutHandlers {
  readonly onPalette: () => void
  readonly onHelp: () => void
  readonly onGoTo: (key: string) => void
}

export function useShortcuts(handlers: ShortcutHandlers): void {
  const latest = useRef(handlers)
  useEffect(() => {
    latest.current = handlers
  })
  useEffect(() => {
    let chordUntilMs = 0
    const hear = (event: KeyboardEvent): void => {
      if (event.isComposing || event.defaultPrevented) return
      const { key, ctrlKey, metaKey, altKey } = event
      if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') {
        event.preventDefault()
        latest.current.onPalette()
        return
      }
      if (!isOn || ctrlKey || metaKey || altKey || isTyping(event)) return
      if (event.timeStamp < chordUntilMs) {
        chordUntilMs = 0
        latest.current.onGoTo(key)
      } else if (key === 'g') chordUntilMs = event.timeStamp + CHORD_MS
      else if (key === '?') latest.current.onHelp()
      else if (key === '/') {
        const filter = document.querySelector<HTMLInputElement>('[data-filter]')
        if (filter === null) return
        event.preventDefault()
        filter.focus()
      } else if (/^[a-z]$/.test(key)) pressButtonOf(key)
    }
    document.addEventListener('keydown', hear)
    return () => document.removeEventListener('keydown', hear)
  }, [])
}

/** A button of the page may have a key of its own, which it says by `aria-keyshortcuts`. */
function pressButtonOf(key: string): void {
  document.querySelector<HTMLElement>(`main [aria-keyshortcuts='${key}']`)?.click()
}

function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath()
  if (!(target instanceof HTMLElement)) return false
  const isInDialog = target.closest('dialog') !== null
  return (
    isInDialog || target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
  )
}
