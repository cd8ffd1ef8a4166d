// Who is signed in, and what that lets them do: asked of the server, never assumed.

import { useSyncExternalStore } from 'react'
import { call, useCsrfToken as keepCsrfToken, whenRefused, whenSessionEnds } from '../api/client.ts'
import type { Me, Role } from '../api/contract.ts'
import { asRefusal, type Refusal } from '../api/refusal.ts'
import { forgetEverything } from '../api/resource.ts'
import { navigate } from '../router/location.ts'
import { askAgain } from './reauthentication.ts'

export type Session =
  | { readonly kind: 'asking' }
  | { readonly kind: 'unreachable'; readonly refusal: Refusal }
  /** Nobody has made the first administrator yet. */
  | { readonly kind: 'not-set-up' }
  | {
      readonly kind: 'signed-out'
      readonly hasIdentityProvider: boolean
      /** There was one until now: it ended, and nobody ended it here. */
      readonly hasEnded: boolean
    }
  | { readonly kind: 'signed-in'; readonly me: Me }

/** Names of those who came through the identity provider begin so. */
const FEDERATED = 'oidc:'
const ROLES: readonly Role[] = ['viewer', 'operator', 'admin']
const listeners = new Set<() => void>()
let session: Session = { kind: 'asking' }

function set(next: Session): void {
  session = next
  for (const listener of listeners) listener()
}

export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => session,
  )
}

/** For parts that are shown only to somebody. Throws where nobody is signed in. */
export function useMe(): Me {
  const current = useSession()
  if (current.kind !== 'signed-in') throw new Error('nobody is signed in')
  return current.me
}

/** Whether who is signed in has at least this role. */
export function useMay(needs: Role): boolean {
  const current = useSession()
  return current.kind === 'signed-in' && ROLES.indexOf(current.me.role) >= ROLES.indexOf(needs)
}

export function isFederated({ name }: Me): boolean {
  return name.startsWith(FEDERATED)
}

export async function askWhoIAm(hasEnded = false): Promise<void> {
  try {
    signedIn(await call<Me>('GET', '/api/v1/me', { isSigningIn: true }))
  } catch (error) {
    const refusal = asRefusal(error)
    if (refusal.status !== 401) set({ kind: 'unreachable', refusal })
    else await askWhetherSetUp(hasEnded)
  }
}

async function askWhetherSetUp(hasEnded: boolean): Promise<void> {
  try {
    const { isSetUp, hasIdentityProvider } = await call<{
      isSetUp: boolean
      hasIdentityProvider: boolean
    }>('GET', '/api/v1/setup')
    set(isSetUp ? { kind: 'signed-out', hasIdentityProvider, hasEnded } : { kind: 'not-set-up' })
  } catch (error) {
    set({ kind: 'unreachable', refusal: asRefusal(error) })
  }
}

export function signedIn(me: Me): void {
  keepCsrfToken(me.csrfToken ?? '')
  set({ kind: 'signed-in', me })
}

/** Throws Refusal. */
export async function signOut(): Promise<void> {
  const { logoutUrl } = await call<{ logoutUrl: string | null }>(
    'DELETE',
    '/api/v1/sessions/current',
  )
  forgetEverything()
  keepCsrfToken('')
  if (logoutUrl !== null) location.assign(logoutUrl)
  else {
    navigate('/')
    await askWhoIAm()
  }
}

whenSessionEnds(() => {
  if (session.kind === 'signed-in') void leaveUnlessRenewed()
})

/** What was sent under the id of before may be refused while the session goes on under a new one. */
async function leaveUnlessRenewed(): Promise<void> {
  if (await renewSession()) return
  forgetEverything()
  keepCsrfToken('')
  set({ kind: 'asking' })
  await askWhoIAm(true)
}

/** Whether it still is the same person, as whom calls are made from now on. */
async function renewSession(): Promise<boolean> {
  try {
    const me = await call<Me>('GET', '/api/v1/me', { isSigningIn: true })
    if (session.kind !== 'signed-in' || me.name !== session.me.name) return false
    signedIn(me)
    return true
  } catch {
    return false
  }
}

whenRefused(async ({ code }) => {
  if (session.kind !== 'signed-in') return false
  if (code === 'reauthentication_needed') return askAgain()
  // Another tab signed in again: the session is one, and its token is another now.
  const { csrfToken } = session.me
  if (code !== 'cross_site' || !(await renewSession())) return false
  return session.me.csrfToken !== csrfToken
})
