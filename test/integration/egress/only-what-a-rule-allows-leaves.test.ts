// Nothing leaves unless a rule says who may reach what; a refusal costs no DNS query and no packet.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { startEgress, type EgressUnderTest } from './egress-under-test.ts'

let sentinel: Server
let reached = 0
let port = 0
let egress: EgressUnderTest

before(async () => {
  sentinel = createServer((socket) => {
    reached++
    socket.on('error', () => socket.destroy())
    socket.pipe(socket)
  })
  sentinel.listen(0, '127.0.0.1')
  await once(sentinel, 'listening')
  port = (sentinel.address() as AddressInfo).port
  egress = await startEgress()
  egress.dns.zones.set('api.example.net', ['127.0.0.1'])
})

after(async () => {
  await egress.close()
  sentinel.close()
})

test('without rules every call is refused, and neither DNS nor the network hears of it', async () => {
  const client = await egress.tunnel(`api.example.net:${port}`)
  const [answer] = await client.answers(1)
  assert.equal(answer!.status, 403)
  const problem = JSON.parse(answer!.body.toString()) as Record<string, unknown>
  assert.equal(problem['code'], 'no_rule')
  assert.match(
    String(problem['detail']),
    new RegExp(
      `no rule lets anonymous reach api.example.net:${port}; ask its owner or run: sallyport egress allow`,
    ),
  )
  assert.match(client.received.toString('latin1'), /^HTTP\/1\.1 403 Egress no_rule\r\n/)
  assert.match(
    client.received.toString('latin1'),
    /proxy-status: sallyport; error=http_request_denied/,
  )
  assert.equal(egress.dns.asked.length, 0)
  assert.equal(reached, 0)
  const [denial] = egress.egress.drainDenials()
  assert.equal(denial?.reason, 'no_rule')
  assert.equal(denial?.answer, 'not_asked')
})

test('a rule opens the way at once, and its removal closes open tunnels within the bound', async () => {
  await egress.apply({
    plain: '127.0.0.1:0',
    rules: [
      {
        name: 'api',
        from: ['anonymous'],
        allow: [{ host: 'api.example.net', ports: [port], protocol: 'tcp' }],
      },
    ],
  })
  const client = await egress.tunnel(`api.example.net:${port}`)
  assert.match(client.received.toString('latin1'), /^HTTP\/1\.1 200 /)
  client.send('ping')
  await client.waitFor('the echo', () => client.received.toString('latin1').endsWith('ping'))
  const startedMs = performance.now()
  await egress.apply({ plain: '127.0.0.1:0' })
  await client.waitForClose()
  assert.ok(performance.now() - startedMs < 5000)
  assert.equal(egress.closes.at(-1)?.['reason'], 'rule_removed')
  assert.match(await egress.connectStatus(`api.example.net:${port}`), / 403 /)
})
