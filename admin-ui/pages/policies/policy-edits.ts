// Policies put on routes and taken off again: edits of the configuration text that leave every other byte alone.

import { removeKey, setKey } from '../../config-text/edit.ts'
import { flowText, type ParsedConfig, type RouteView } from '../../config-text/parse.ts'

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
