// Where the browser is, and going elsewhere: the History API, with filters in the address so that it can be shared.

import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()

function notify(): void {
  for (const listener of listeners) listener()
}

window.addEventListener('popstate', notify)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Paths of this console only: `//elsewhere` and whole URLs lead to the start. */
export function ownPath(path: string | null): string {
  return path !== null && /^\/(?![/\\])/.test(path) ? path : '/'
}

export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', ownPath(to))
  else history.replaceState(null, '', ownPath(to))
  notify()
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname)
}

/** One field of the query, and a way to change it in place; '' takes it out. */
export function useQueryField(name: string): readonly [string, (value: string) => void] {
  const value = useSyncExternalStore(
    subscribe,
    () => new URLSearchParams(location.search).get(name) ?? '',
  )
  const change = (next: string): void => {
    const query = new URLSearchParams(location.search)
    if (next === '') query.delete(name)
    else query.set(name, next)
    navigate(`${location.pathname}${query.size === 0 ? '' : `?${query}`}`, 'replace')
  }
  return [value, change]
}

/** The whole query, as text, so that it changes only where it does. */
export function useQuery(): URLSearchParams {
  return new URLSearchParams(useSyncExternalStore(subscribe, () => location.search))
}
