// The API's own description, OpenAPI 3.1, made from the table of operations that also serves it.

import { STATUS_CODES } from 'node:http'
import { Type, type TSchema } from 'typebox'
import type { Operation } from './operation.ts'

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
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][operation.method.toLowerCase()] = describe(operation)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Sallyport admin API', version, license: { name: 'Apache-2.0' } },
    paths,
    components: {
      schemas: { Problem: plain(ProblemSchema) },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{ token: [] }],
  }
}

function describe(operation: Operation): object {
  const status = String(operation.status ?? 200)
  const names = [...operation.path.matchAll(/:(\w+)/g)].map(([, name]) => name)
  const inPath = names.map((name) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } }
  })
  return {
    operationId: operation.id,
    summary: operation.summary,
    description: `Takes the role ${operation.role}.`,
    'x-role': operation.role,
    parameters: [...inPath, ...queryParameters(operation.query)],
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

function json(schema: object): object {
  return { 'application/json': { schema } }
}

/** Without the schema library's own symbols. */
function plain(schema: TSchema): object {
  return JSON.parse(JSON.stringify(schema)) as object
}
