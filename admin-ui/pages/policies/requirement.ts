// What one route asks of tokens, as the fields of a form, and back into its `auth:`.

import { parse } from 'yaml'
import { flowText, mapOf, type RouteView } from '../../config-text/parse.ts'
import { plainText } from '../../language/typed-text.ts'
import { putAt } from './put-at.ts'
import { typedList } from './typed-list.ts'

export interface RequirementFields {
  readonly audience: string
  readonly scope: string
  /** One `name: value, value` on each line. */
  readonly claims: string
}

export type RequirementFault = 'audience' | 'claims'

/** Empty for a route that asks for no token yet. */
export function requirementOf({ auth, value }: RouteView): RequirementFields {
  if (auth.kind !== 'token') return { audience: '', scope: '', claims: '' }
  const claims = Object.entries(mapOf(mapOf(value['auth'])['claims'])).map(([name, accepted]) => {
    const values = Array.isArray(accepted) ? (accepted as unknown[]) : [accepted]
    return `${name}: ${values.map(flowText).join(', ')}`
  })
  return {
    audience: auth.audiences.join(', '),
    scope: auth.scopes.join(' '),
    claims: claims.join('\n'),
  }
}

export function requirementFaults(fields: RequirementFields): ReadonlySet<RequirementFault> {
  const faults = new Set<RequirementFault>()
  if (typedList(fields.audience).length === 0) faults.add('audience')
  if (claimsOf(fields.claims) === null) faults.add('claims')
  return faults
}

/** The route takes this issuer's tokens, if they meet what is asked. Throws NotEditable. */
export function requireToken(
  text: string,
  route: RouteView,
  issuer: string,
  fields: RequirementFields,
): string {
  const { index, auth } = route
  const at = ['routes', index, 'auth'] as const
  const wanted = {
    audience: oneOrMany(typedList(fields.audience)),
    scope: oneOrMany(typedList(fields.scope)),
    claims: claimsOf(fields.claims) ?? undefined,
  }
  if (auth.kind !== 'token') {
    const entries = Object.entries({ issuer, ...wanted }).filter(([, value]) => value !== undefined)
    return putAt(text, at, Object.fromEntries(entries))
  }
  const before = requirementOf(route)
  let next = text
  if (!auth.issuers.includes(issuer)) {
    next = putAt(next, [...at, 'issuer'], oneOrMany([...auth.issuers, issuer]))
  }
  for (const key of ['audience', 'scope', 'claims'] as const) {
    if (plainText(fields[key]) !== before[key]) next = putAt(next, [...at, key], wanted[key])
  }
  return next
}

/** A route must say who may call: its last issuer is not simply taken away. */
export function isOnlyIssuer({ auth }: RouteView, issuer: string): boolean {
  return auth.kind === 'token' && auth.issuers.every((one) => one === issuer)
}

export function detachIssuer(text: string, route: RouteView, issuer: string): string {
  const { index, auth } = route
  if (auth.kind !== 'token' || isOnlyIssuer(route, issuer)) return text
  const rest = auth.issuers.filter((one) => one !== issuer)
  return putAt(text, ['routes', index, 'auth', 'issuer'], oneOrMany(rest))
}

/** undefined: none; null: a line is no claim. */
function claimsOf(text: string): Readonly<Record<string, unknown>> | undefined | null {
  const lines = plainText(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length === 0) return undefined
  const claims: Record<string, unknown> = {}
  for (const line of lines) {
    const [, name, list = ''] = /^([^\s:]+)\s*:\s*(\S.*)$/.exec(line) ?? []
    const values = valuesOf(list)
    if (name === undefined || values === null) return null
    claims[name] = values.length === 1 ? values[0] : values
  }
  return claims
}

/** null: not a list of texts, numbers and truth values. */
function valuesOf(list: string): readonly unknown[] | null {
  try {
    const values = parse(`[${list.replaceAll('、', ',')}]`) as unknown[]
    const isPlain = values.every((value) => ['string', 'number', 'boolean'].includes(typeof value))
    return isPlain && values.length > 0 ? values : null
  } catch {
    return null
  }
}

function oneOrMany(list: readonly string[]): unknown {
  return list.length > 1 ? list : list[0]
}

/** For people: what a route asks besides the issuer. */
export function requirementText(route: RouteView): string {
  const { audience, scope, claims } = requirementOf(route)
  const parts = [
    audience === '' ? '' : `aud ${audience}`,
    scope === '' ? '' : `scope ${scope}`,
    ...claims.split('\n'),
  ]
  return parts.filter((part) => part !== '').join(' · ')
}
