// Within seconds of the store's end the API says so, with what happens to requests as configured; and that it is back.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { callApi } from '../../../gateway/cli/api-client.ts'
import type { NodeState } from '../../../gateway/control/live/node-state.ts'
import { startGateway } from '../../support/gateway.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'

test('a store that is away is told, and that it is back', { timeout: 90_000 }, async (t) => {
  const redis = await startRedis()
  t.after(() => redis.kill())
  const gateway = await startGateway({
    config: `workers: 1
store: "redis://127.0.0.1:${redis.port}"
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - name: one
    match: /one
    to: http://127.0.0.1:1
    auth: public
    limits:
      - { name: strict, rate: 100/min, key: [ip], onStoreDown: closed }
      - { name: plan, rate: 1000/min, key: [route] }
`,
  })
  t.after(() => gateway.stop())
  const socket = join(gateway.folder, 'data/control.sock')
  const store = async () => {
    const node = await callApi({ kind: 'socket', path: socket }, 'GET', '/api/v1/node')
    return (node as NodeState).limitStore
  }
  await until('store that is well', async () => {
    const { state, fault } = await store()
    return state === 'normal' && fault === null
  })
  assert.deepEqual((await store()).whenDown, [
    { behaviour: 'closed', count: 1, limits: ['strict'] },
    { behaviour: 'local', count: 1, limits: ['plan'] },
  ])
  await redis.kill()
  await until('fault', async () => (await store()).fault !== null, 5000)
  await redis.restart()
  await until('store that is well again', async () => {
    const { state, fault } = await store()
    return state === 'normal' && fault === null
  })
})
