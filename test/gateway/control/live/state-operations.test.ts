import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createAdminApp } from '../../../../gateway/control/admin/app.ts'
import { ANYONE, type Principal } from '../../../../gateway/control/admin/operation.ts'
import type { Live } from '../../../../gateway/control/live/live.ts'
import { stateOperations } from '../../../../gateway/control/live/state-operations.ts'

const PATH = '/api/v1/services/pair/endpoints'

suite('draining in the admin API', () => {
  async function statusesOf(principal: Partial<Principal>) {
    const done: string[] = []
    const changes: unknown[] = []
    const refuse = (what: string) => async () => {
      done.push(what)
      throw new Error('this is as far as a test goes')
    }
    const endpoints = { drain: refuse('drain'), enable: refuse('enable') }
    const app = await createAdminApp({
      operations: stateOperations({ endpoints } as unknown as Live),
      authenticate: () => ({ principal: { ...ANYONE, ...principal }, sessionId: null }),
      newId: () => 'r',
      beforeChange: () => {},
      onEvent: ({ change }) => changes.push(change?.target),
      log: { info() {}, warn() {}, error: () => {} },
    })
    const payload = { endpoint: 'http://127.0.0.1:1' }
    for (const verb of ['drain', 'enable']) {
      await app.inject({ method: 'POST', url: `${PATH}:${verb}`, payload })
    }
    return { done, changes }
  }

  test('is for operators, and for those whose role is for this service', async () => {
    const user = { kind: 'user', name: 'alice' } as const
    const both = ['drain', 'enable']
    assert.deepEqual((await statusesOf({ ...user, role: 'viewer' })).done, [])
    assert.deepEqual((await statusesOf({})).done, [])
    assert.deepEqual((await statusesOf({ ...user, role: 'operator' })).done, both)
    const scoped = { ...user, role: 'operator' } as const
    assert.deepEqual((await statusesOf({ ...scoped, scope: ['service:other'] })).done, [])
    assert.deepEqual((await statusesOf({ ...scoped, scope: ['service:pair'] })).done, both)
  })

  test('is told to the audit with the service that it is about', async () => {
    const { changes } = await statusesOf({ kind: 'user', name: 'alice', role: 'operator' })
    assert.deepEqual(changes, ['service/pair', 'service/pair'])
  })
})
