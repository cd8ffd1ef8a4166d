// A rule for an hour: it allows for that hour, and what it let out ends with it.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { until } from '../../support/until.ts'
import { startEgress, type EgressUnderTest } from './egress-under-test.ts'
import { startTcp, type StandIn } from './stand-in.ts'

const HOUR_MS = 3_600_000
let aheadMs = 0
let echo: StandIn
let egress: EgressUnderTest

before(async () => {
  echo = await startTcp((socket) => socket.pipe(socket))
  const expires = new Date(Date.now() + HOUR_MS).toISOString().replace(/\.\d+Z/, 'Z')
  const allow = [{ host: 'echo.test', ports: [echo.port], protocol: 'tcp' as const }]
  egress = await startEgress({
    clock: { ...systemClock, wallMs: () => systemClock.wallMs() + aheadMs },
    options: { rules: [{ name: 'for-an-hour', from: ['*'], allow, expires }] },
  })
  egress.dns.zones.set('echo.test', ['127.0.0.1'])
})

after(async () => {
  await egress.close()
  await echo.close()
})

test('new calls are refused from its end on, and open tunnels are ended', async () => {
  const client = await egress.tunnel(`echo.test:${echo.port}`)
  client.send('hello')
  await client.waitFor('the echo', () => client.received.includes('hello'))
  aheadMs = HOUR_MS
  assert.match(
    await egress.connectStatus(`echo.test:${echo.port}`),
    /^HTTP\/1\.1 403 .*rule_expired/,
  )
  await client.waitForClose()
  await until('the record', () => egress.closes.at(-1)?.['reason'] === 'rule_removed')
})
