// The configuration text as the console reads it: only as far as it must, and never more strictly than the gateway.

import { isMap, isSeq, LineCounter, parseDocument, stringify, type Node } from 'yaml'

export type YamlMap = Readonly<Record<string, unknown>>

export interface ParsedConfig {
  readonly root: YamlMap
  readonly routes: readonly RouteView[]
  readonly services: readonly string[]
  readonly issuers: readonly string[]
  /** What is wrong with the YAML itself; then everything else is empty. */
  readonly fault: string | null
}

/** One route as the table and the form show it. */
export interface RouteView {
  readonly index: number
  readonly name: string
  /** Who answers for it; '' where nobody is named. */
  readonly owner: string
  /** 1-based line of its entry. */
  readonly line: number
  readonly hosts: readonly string[]
  readonly path: string
  readonly methods: readonly string[]
  /** Service names and URLs, with their shares where there are several. */
  readonly targets: readonly string[]
  readonly auth: RouteAuth
  readonly limits: readonly string[]
  readonly cors: readonly string[]
  readonly value: YamlMap
}

export type RouteAuth =
  | { readonly kind: 'public' }
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'token'
      readonly issuers: readonly string[]
      readonly audiences: readonly string[]
      readonly scopes: readonly string[]
    }

const EMPTY: ParsedConfig = { root: {}, routes: [], services: [], issuers: [], fault: null }

export function parseConfig(text: string): ParsedConfig {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false })
  const [error] = document.errors
  if (error !== undefined) return { ...EMPTY, fault: error.message }
  const root = mapOf(document.toJS())
  const list = document.get('routes', true)
  const items = isSeq(list) ? (list.items as Node[]) : []
  return {
    root,
    routes: items.flatMap((item, index) =>
      isMap(item)
        ? [routeView(mapOf(item.toJS(document)), index, lines.linePos(item.range![0]).line)]
        : [],
    ),
    services: Object.keys(mapOf(root['services'])),
    issuers: Object.keys(mapOf(root['issuers'])),
    fault: null,
  }
}

/** On one line, as it may stand anywhere in a file. */
export function flowText(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
}

export function mapOf(value: unknown): YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as YamlMap)
    : {}
}

/** One or many, as many keys of the file allow. */
export function listOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return []
  return (Array.isArray(value) ? value : [value]).map(wordOf)
}

/** The 1-based line of the first node at these keys, or null. */
export function lineOf(text: string, path: readonly (string | number)[]): number | null {
  const lines = new LineCounter()
  const node = parseDocument(text, { lineCounter: lines, uniqueKeys: false }).getIn(
    path,
    true,
  ) as Node
  return node?.range ? lines.linePos(node.range[0]).line : null
}

function routeView(value: YamlMap, index: number, line: number): RouteView {
  const { hosts, path, methods } = matchOf(value['match'])
  const cors = value['cors']
  const origins = Array.isArray(cors) || typeof cors === 'string' ? cors : mapOf(cors)['origins']
  return {
    index,
    name: wordOf(value['name'] ?? ''),
    owner: wordOf(value['owner'] ?? ''),
    line,
    hosts,
    path,
    methods,
    targets: targetsOf(value['to']),
    auth: authOf(value['auth']),
    limits: listOf(value['limits']),
    cors: listOf(origins),
    value,
  }
}

/** `api.example.com/orders/*`, `/orders`, `api.example.com`, or the long form. */
export function matchOf(match: unknown): Pick<RouteView, 'hosts' | 'path' | 'methods'> {
  if (typeof match === 'string') {
    const slash = match.indexOf('/')
    const host = slash === -1 ? match : match.slice(0, slash)
    const path = slash === -1 ? '/*' : match.slice(slash)
    return { hosts: host === '' || host === '*' ? [] : [host], path, methods: [] }
  }
  const { hosts, path = '/*', methods } = mapOf(match)
  return { hosts: listOf(hosts), path: wordOf(path), methods: listOf(methods) }
}

function targetsOf(to: unknown): readonly string[] {
  if (!Array.isArray(to)) return listOf(to)
  const entries = to.map(mapOf)
  const sum = entries.reduce((total, { weight = 1 }) => total + Number(weight), 0)
  return entries.map(({ service, url, weight = 1 }) => {
    const share = entries.length > 1 ? ` ${Math.round((Number(weight) / sum) * 100)} %` : ''
    return `${wordOf(service ?? url)}${share}`
  })
}

function authOf(auth: unknown): RouteAuth {
  if (auth === 'public') return { kind: 'public' }
  if (auth === undefined || auth === null) return { kind: 'missing' }
  const { issuer, audience, scope } = mapOf(auth)
  return {
    kind: 'token',
    issuers: listOf(issuer),
    audiences: listOf(audience),
    scopes: listOf(scope),
  }
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : flowText(value)
}
