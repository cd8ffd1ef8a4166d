// Whatever path the console's sources name stands in the description of the API, with that method.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { callApi } from '../../../gateway/cli/api-client.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
/** A method right before a path, or a path alone, which is read. */
const NAMED =
  /(?:'(GET|POST|PUT|PATCH|DELETE)',\s*)?([`'])((?:\/api\/v1\/|\/openapi\.json)[^`'\s]*)\2/g

interface Named {
  readonly file: string
  readonly method: string | null
  readonly path: string
}

function callsOf(file: string): readonly Named[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  // `invalidate` takes beginnings of paths.
  const calls = text.replaceAll(/invalidate\([^)]*\)/g, '')
  return [...calls.matchAll(NAMED)].map(([, method = null, , path = '']) => ({
    file,
    method,
    path: path.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '{}').split('?')[0]!,
  }))
}

/** What stands at places that the console fills in may be a name or a verb. */
function asPattern(path: string): RegExp {
  const parts = path.split('{}').map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^/]+')}$`)
}

const shape = (path: string): string => path.replaceAll(/\{\w*\}/g, '{}')

suite('the console', () => {
  let gateway: TestGateway
  let documented: ReadonlyMap<string, ReadonlySet<string>>
  let ids: readonly string[]

  before(async () => {
    gateway = await startGateway({
      config: `
workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "http://127.0.0.1:1", auth: public } ]
`,
    })
    const target = { kind: 'socket', path: join(gateway.folder, 'data/control.sock') } as const
    const { paths } = (await callApi(target, 'GET', '/openapi.json')) as {
      paths: Record<
        string,
        Record<string, { operationId: string; 'x-role': string; summary: string }>
      >
    }
    documented = new Map(
      Object.entries(paths).map(([path, methods]) => [
        shape(path),
        new Set(Object.keys(methods).map((method) => method.toUpperCase())),
      ]),
    )
    ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    for (const methods of Object.values(paths)) {
      for (const { summary, 'x-role': role } of Object.values(methods)) {
        assert.notEqual(summary, '')
        assert.ok(['anyone', 'viewer', 'operator', 'admin'].includes(role))
      }
    }
  })
  after(() => gateway?.stop())

  const methodsAt = (path: string): readonly string[] =>
    [...documented].flatMap(([known, methods]) => (asPattern(path).test(known) ? [...methods] : []))

  test('calls nothing that is not documented', () => {
    const calls = globSync('admin-ui/**/*.{ts,tsx}', { cwd: ROOT }).flatMap(callsOf)
    assert.ok(calls.length > 40, `only ${calls.length} calls were found`)
    const unknown = calls.filter(({ method, path }) => {
      const methods = methodsAt(path)
      return methods.length === 0 || (method !== null && !methods.includes(method))
    })
    assert.deepEqual(unknown, [])
  })

  test('sends nobody from an empty list to documentation that there is not', () => {
    const named = globSync('admin-ui/**/*.tsx', { cwd: ROOT }).flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\boperation="(\w+)"/g)].map(
        ([, id]) => id!,
      ),
    )
    assert.ok(named.length > 15, `only ${named.length} were found`)
    assert.deepEqual(
      named.filter((id) => !ids.includes(id)),
      [],
    )
  })
})
