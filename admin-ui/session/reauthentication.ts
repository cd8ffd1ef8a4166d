// Showing again who one is: a call that is refused for want of it waits for the dialog, and is repeated after it.

import { useSyncExternalStore } from 'react'

interface Asked {
  readonly promise: Promise<boolean>
  readonly answer: (isShown: boolean) => void
}

const listeners = new Set<() => void>()
/** One dialog, however many calls wait for it. */
let asked: Asked | null = null

function set(next: Asked | null): void {
  asked = next
  for (const listener of listeners) listener()
}

/** Resolves with whether they showed it. */
export function askAgain(): Promise<boolean> {
  if (asked !== null) return asked.promise
  const { promise, resolve } = Promise.withResolvers<boolean>()
  set({ promise, answer: resolve })
  return promise
}

export function answerAsked(isShown: boolean): void {
  asked?.answer(isShown)
  set(null)
}

export function useIsAsked(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => asked !== null,
  )
}
