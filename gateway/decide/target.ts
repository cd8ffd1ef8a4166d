// Which of a route's weighted services gets a request; a sticky route keeps a caller where it was.

import type { RoutePlan, TargetService } from '../config/plan.ts'
import { headerValue, type RequestFacts } from '../../sidecar/forward/facts.ts'

export interface TargetChoice {
  readonly service: TargetService
  /** A cookie the answer must set so that the caller stays, or null. */
  readonly setCookie: string | null
}

const COOKIE_NAME = '__sallyport_to'

/** `random`: [0, 1). */
export function chooseTarget(
  route: RoutePlan,
  facts: RequestFacts,
  random: () => number,
): TargetChoice {
  const only = route.to.length === 1 ? route.to[0] : undefined
  if (only !== undefined) return { service: only.service, setCookie: null }
  switch (route.sticky.kind) {
    case 'none':
      return { service: byShare(route, random()), setCookie: null }
    case 'header': {
      const value = headerValue(facts, route.sticky.name)
      return {
        service: byShare(route, value === null ? random() : shareOf(value)),
        setCookie: null,
      }
    }
    case 'cookie':
      return byCookie(route, facts, random)
  }
}

function byCookie(route: RoutePlan, facts: RequestFacts, random: () => number): TargetChoice {
  const kept = cookieValue(facts.cookie, COOKIE_NAME)
  if (kept !== null && /^\d{1,7}$/.test(kept) && Number(kept) < SHARES) {
    return { service: byShare(route, Number(kept) / SHARES), setCookie: null }
  }
  const share = Math.floor(random() * SHARES)
  const attributes = `Path=/; HttpOnly; SameSite=Lax${facts.secure ? '; Secure' : ''}`
  return {
    service: byShare(route, share / SHARES),
    setCookie: `${COOKIE_NAME}=${share}; ${attributes}`,
  }
}

/** The caller's place on the line of all callers is fixed, so that raising a weight only ever adds callers to it. */
const SHARES = 1_000_000

function byShare(route: RoutePlan, share: number): TargetService {
  let total = 0
  for (const target of route.to) total += target.weight
  let point = share * total
  for (const target of route.to) {
    point -= target.weight
    if (point < 0) return target.service
  }
  return route.to[route.to.length - 1]!.service
}

/** FNV-1a over the text and murmur3's finish, as a share of one: FNV alone keeps texts together that differ in their last letter. */
function shareOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

export function cookieValue(cookies: string | null, name: string): string | null {
  if (cookies === null) return null
  for (const part of cookies.split(';')) {
    const at = part.indexOf('=')
    if (at !== -1 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return null
}
