// The gateway's description of its API (OpenAPI 3.1), read into what the page shows; pure functions.

import type { Role } from '../../api/contract.ts'

/** The part of JSON Schema that our API uses. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly title?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly contentMediaType?: string
  readonly additionalProperties?: boolean | Schema
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: Schema
}

export interface ApiOperation {
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  /** First word of the path: `routes`, `system`. */
  readonly part: string
  readonly summary: string
  readonly role: Role | 'anyone'
  /** Nothing changes by it. */
  readonly isReading: boolean
  readonly parameters: readonly Parameter[]
  readonly body: Schema | null
  readonly status: string
  readonly answer: Schema
}

interface Described {
  readonly operationId: string
  readonly summary?: string
  readonly 'x-role'?: Role | 'anyone'
  readonly 'x-reading'?: boolean
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Contents }
  readonly responses: Readonly<Record<string, { readonly content?: Contents }>>
}

type Contents = Readonly<Record<string, { readonly schema: Schema }>>

export interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}

/** By part, in the order of the description. */
export function operationsOf({ paths }: OpenApi): readonly ApiOperation[] {
  const found = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(path, method, described)),
  )
  return found.toSorted((a, b) => (a.part === b.part ? 0 : a.part < b.part ? -1 : 1))
}

function operationOf(path: string, method: string, described: Described): ApiOperation {
  const [status = '200'] = Object.keys(described.responses).filter((code) => code !== 'default')
  const verb = method.toUpperCase() as ApiOperation['method']
  return {
    id: described.operationId,
    method: verb,
    path,
    part: /^\/api\/v1\/([^/:{]+)/.exec(path)?.[1] ?? 'about',
    summary: described.summary ?? '',
    role: described['x-role'] ?? 'admin',
    isReading: verb === 'GET' || described['x-reading'] === true,
    parameters: described.parameters ?? [],
    body: jsonOf(described.requestBody?.content),
    status,
    answer: jsonOf(described.responses[status]?.content) ?? {},
  }
}

function jsonOf(contents: Contents | undefined): Schema | null {
  return contents?.['application/json']?.schema ?? null
}

/** Every word must be in the id, the path or the summary. */
export function searched(
  operations: readonly ApiOperation[],
  typed: string,
): readonly ApiOperation[] {
  const wanted = typed.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean)
  return operations.filter(({ id, path, summary, method }) => {
    const text = `${method} ${id} ${path} ${summary}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}

/** A value that fits, with every required field: something to begin from. */
export function exampleOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  const [branch] = schema.anyOf ?? schema.oneOf ?? []
  if (branch !== undefined) return exampleOf(branch)
  switch (kindOf(schema)) {
    case 'object': {
      const { properties = {}, required = [] } = schema
      return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {})]))
    }
    case 'array':
      return []
    case 'integer':
    case 'number':
      return schema.minimum ?? 0
    case 'boolean':
      return false
    case 'null':
      return null
    default:
      return ''
  }
}

/** `string`, `object`, `string | null`; `any` where it says nothing. */
export function kindOf({ type }: Schema): string {
  if (type === undefined) return 'any'
  return typeof type === 'string' ? type : type.join(' | ')
}

/** The path with its parameters filled in, and the query of those that have a value. */
export function targetOf(
  { path, parameters }: Pick<ApiOperation, 'path' | 'parameters'>,
  values: Readonly<Record<string, string>>,
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    values[name] === undefined || values[name] === '' ? whole : encodeURIComponent(values[name]),
  )
  const query = new URLSearchParams()
  for (const { name, in: place } of parameters) {
    const value = values[name] ?? ''
    if (place === 'query' && value !== '') query.set(name, value)
  }
  return query.size === 0 ? filled : `${filled}?${query}`
}

/** For a shell, with a token in `$TOKEN`. */
export function curlOf(
  { method }: Pick<ApiOperation, 'method'>,
  url: string,
  body: string | null,
  ifMatch: string,
): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
  const lines = [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${quoted(url)}`,
    '  -H "authorization: Bearer $TOKEN"',
    ...(ifMatch === '' ? [] : [`  -H ${quoted(`if-match: "${ifMatch}"`)}`]),
    ...(body === null ? [] : [`  -H 'content-type: application/json'`, `  -d ${quoted(body)}`]),
  ]
  return lines.join(' \\\n')
}
