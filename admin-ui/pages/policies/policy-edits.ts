// Policies put on routes and taken off again: edits of the configuration text that leave every other byte alone.

import { removeKey, setKey } from '../../config-text/edit.ts'
import { flowText, mapOf, type ParsedConfig, type RouteView } from '../../config-text/parse.ts'

/** A new entry of `issuers:`; the section is made where it is missing. */
export function addIssuer(text: string, config: ParsedConfig, name: string, url: string): string {
  if (config.root['issuers'] === undefined || config.root['issuers'] === null) {
    return setKey(text, ['issuers'], { [name]: url })
  }
  return setKey(text, ['issuers', name], url)
}

/** The route takes this issuer's tokens too; a route that asked for none asks for one of `audience` from now on. */
export function attachIssuer(
  text: string,
  { index, auth }: RouteView,
  issuer: string,
  audience: string,
): string {
  if (auth.kind !== 'token') return setKey(text, ['routes', index, 'auth'], { issuer, audience })
  const issuers = [...auth.issuers.filter((one) => one !== issuer), issuer]
  return setKey(text, ['routes', index, 'auth', 'issuer'], oneOrMany(issuers))
}

/** A route must say who may call: its last issuer is not simply taken away. */
export function isOnlyIssuer({ auth }: RouteView, issuer: string): boolean {
  return auth.kind === 'token' && auth.issuers.every((one) => one === issuer)
}

export function detachIssuer(text: string, route: RouteView, issuer: string): string {
  const { index, auth } = route
  if (auth.kind !== 'token' || isOnlyIssuer(route, issuer)) return text
  const rest = auth.issuers.filter((one) => one !== issuer)
  return setKey(text, ['routes', index, 'auth', 'issuer'], oneOrMany(rest))
}

export function attachCors(text: string, { index }: RouteView, cors: unknown): string {
  return setKey(text, ['routes', index, 'cors'], cors)
}

export function detachCors(text: string, { index }: RouteView): string {
  return removeKey(text, ['routes', index, 'cors'])
}

export function attachLimit(text: string, { index, value }: RouteView, limit: unknown): string {
  const limits = Array.isArray(value['limits']) ? (value['limits'] as unknown[]) : []
  if (limits.some((one) => flowText(one) === flowText(limit))) return text
  return setKey(text, ['routes', index, 'limits'], [...limits, limit])
}

export function detachLimit(text: string, { index, value }: RouteView, limit: unknown): string {
  const limits = Array.isArray(value['limits']) ? (value['limits'] as unknown[]) : []
  const rest = limits.filter((one) => flowText(one) !== flowText(limit))
  if (rest.length === 0) return removeKey(text, ['routes', index, 'limits'])
  return setKey(text, ['routes', index, 'limits'], rest)
}

/** One thing that is configured, and the routes that have it. */
export interface Shared {
  readonly text: string
  readonly value: unknown
  readonly routes: readonly RouteView[]
}

/** The `cors:` of all routes, the same one once. */
export function corsOf({ routes }: ParsedConfig): readonly Shared[] {
  return grouped(
    routes.flatMap((route) => {
      const cors = route.value['cors']
      return cors === undefined || cors === null ? [] : [[cors, route] as const]
    }),
  )
}

/** The entries of `limits:` of all routes, the same one once. */
export function limitsOf({ routes }: ParsedConfig): readonly Shared[] {
  return grouped(
    routes.flatMap((route) => {
      const limits = route.value['limits']
      return Array.isArray(limits) ? limits.map((limit: unknown) => [limit, route] as const) : []
    }),
  )
}

export interface OtherPolicies {
  readonly route: RouteView
  /** On one line each; '' where the route says nothing. */
  readonly ip: string
  readonly headers: string
  readonly timeout: string
  readonly retries: string
}

/** Addresses, header rules, timeout and retries of every route. */
export function othersOf({ routes }: ParsedConfig): readonly OtherPolicies[] {
  return routes.map((route) => {
    const { ip, headers, timeout, retries } = mapOf(route.value)
    return {
      route,
      ip: said(ip),
      headers: said(headers),
      timeout: said(timeout),
      retries: said(retries),
    }
  })
}

function grouped(pairs: readonly (readonly [unknown, RouteView])[]): readonly Shared[] {
  const groups = new Map<string, { text: string; value: unknown; routes: RouteView[] }>()
  for (const [value, route] of pairs) {
    const text = flowText(value)
    const group = groups.get(text) ?? { text, value, routes: [] }
    groups.set(text, group)
    group.routes.push(route)
  }
  return [...groups.values()]
}

function said(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : flowText(value)
}

function oneOrMany(list: readonly string[]): string | readonly string[] {
  return list.length === 1 ? list[0]! : list
}
