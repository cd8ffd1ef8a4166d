// SIGSTOP of control: an edit of the file is served all the same, because a process that hangs is replaced.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGateway } from '../../support/gateway.ts'
import { controlOf } from '../../support/process-tree.ts'
import { until } from '../../support/until.ts'
import { call } from './client.ts'
import { startUpstream } from './upstream.ts'

const config = (url: string, edit: string): string => `
workers: 1
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
services: { api: { endpoints: ["${url}"] } }
routes: [ { name: all, match: /*, to: api, auth: public, headers: { response: { set: { x-edit: ${edit} } } } } ]
`

test('an edit is served although control hangs', { timeout: 60_000 }, async (t) => {
  const upstream = await startUpstream()
  t.after(() => upstream.close())
  const gateway = await startGateway({ config: config(upstream.url, 'first') })
  t.after(() => gateway.stop())
  const supervisor = gateway.process.pid!
  const hanging = controlOf(supervisor)!
  await gateway.waitFor('the start', (out, err) => (out + err).includes('"revision":1,'))
  process.kill(hanging, 'SIGSTOP')
  gateway.write('sallyport.yaml', config(upstream.url, 'second'))
  await gateway.waitFor('the edit', (out, err) => (out + err).includes('"revision":2,'), 40_000)
  assert.equal((await call(gateway, '/api/1')).headers['x-edit'], 'second')
  await until('another control', () => ![hanging, null].includes(controlOf(supervisor)))
})
