// The API's own description, OpenAPI 3.1, made from the table of operations that also serves it.

import { STATUS_CODES } from 'node:http'
import { Type, type TSchema } from 'typebox'
import { SESSION_COOKIE } from '../access/cookies.ts'
import type { Operation } from './operation.ts'
import { parametersOf, templateOf } from './path.ts'

/** What every refusal looks like (RFC 9457). */
export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String({ description: 'Stable word for programs.' }),
  detail: Type.String(),
  requestId: Type.String(),
  errors: Type.Optional(
    Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String(), hint: Type.String() })),
  ),
})

export function openApi(operations: readonly Operation[], version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations) {
    const path = templateOf(operation.path)
    paths[path] ??= {}
    paths[path][operation.method.toLowerCase()] = describe(operation)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Sallyport admin API', version, license: { name: 'Apache-2.0' } },
    paths,
    components: {
      schemas: { Problem: plain(ProblemSchema) },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
      },
    },
    security: [{ token: [] }, { session: [] }],
  }
}

function describe(operation: Operation): object {
  const status = String(operation.status ?? 200)
  const inPath = parametersOf(operation.path).map((name) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } }
  })
  return {
    operationId: operation.id,
    summary: operation.summary,
    description: `Takes the role ${operation.role}.${scopeWords(operation)}${guardWords(operation)}`,
    'x-role': operation.role,
    ...(operation.isReading === true ? { 'x-reading': true } : {}),
    ...(operation.role === 'anyone' ? { security: [] } : {}),
    parameters: [...inPath, ...queryParameters(operation.query), ...headerParameters(operation)],
    ...(operation.body === undefined
      ? {}
      : { requestBody: { required: true, content: json(plain(operation.body)) } }),
    responses: {
      [status]: {
        description: STATUS_CODES[Number(status)] ?? '',
        content: json(plain(operation.answer)),
      },
      default: {
        description: 'A refusal',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  }
}

function queryParameters(query: TSchema | undefined): object[] {
  if (query === undefined) return []
  const { properties = {}, required = [] } = plain(query) as {
    properties?: Record<string, { description?: string }>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => {
    return { name, in: 'query', required: required.includes(name), description, schema }
  })
}

function scopeWords({ role, scope }: Operation): string {
  if (role === 'anyone' || scope === 'any') return ''
  return scope === undefined
    ? ' A scoped role may not.'
    : ' A scoped role may, for what is in its scope.'
}

function guardWords({ isGuarded }: Operation): string {
  if (isGuarded === undefined) return ''
  const which = isGuarded === true ? '' : ', where it changes `admin:`,'
  return ` A session${which} must have shown within the last five minutes who it is of.`
}

function headerParameters({ method, role }: Operation): object[] {
  if (method !== 'POST' || role === 'anyone') return []
  const description =
    'For 24 hours the same key with the same request gets the first answer again, and nothing is done twice.'
  const schema = { type: 'string', minLength: 1, maxLength: 255 }
  return [{ name: 'Idempotency-Key', in: 'header', required: false, description, schema }]
}

function json(schema: object): object {
  return { 'application/json': { schema } }
}

/** Without the schema library's own symbols. */
function plain(schema: TSchema): object {
  return JSON.parse(JSON.stringify(schema)) as object
}
