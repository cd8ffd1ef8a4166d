// Where every rule lets through (report mode) and DNS answers anything with loopback, addresses alone still stand guard.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Resolution, Resolver } from '../../../gateway/egress/resolver.ts'
import { addressSpellings } from './address-spellings.ts'
import { startEgress, type EgressUnderTest } from './egress-under-test.ts'
import { startTcp, type StandIn } from './stand-in.ts'

let sentinel: StandIn
let egress: EgressUnderTest

/** What a careless resolver would make of every name. */
const careless: Resolver = {
  resolve: (): Promise<Resolution> =>
    Promise.resolve({ kind: 'found', addresses: ['127.0.0.1'], ttlMs: 0 }),
}

before(async () => {
  sentinel = await startTcp((socket) => socket.end('inside'))
  egress = await startEgress({ resolver: careless, options: { mode: 'report', network: {} } })
})

after(async () => {
  await egress.close()
  await sentinel.close()
})

/** UTF-8 on the wire, as a client would send what is no ASCII. */
async function statusOf(request: string): Promise<number> {
  const client = await egress.connect()
  client.send(Buffer.from(request))
  await client.waitFor(
    'an answer',
    () => client.closed || client.ended || client.received.includes('\r\n'),
  )
  const line = client.received.toString('latin1')
  client.destroy()
  return Number(/^HTTP\/1\.1 (\d+)/.exec(line)?.[1] ?? 0)
}

test('none of several hundred spellings of addresses and names is let through', async () => {
  const spellings = addressSpellings()
  assert.ok(spellings.length >= 500, `${spellings.length}`)
  const { port } = sentinel
  const wrong: string[] = []
  for (const host of spellings) {
    const at = `${host}:${port}`
    const tunnel = await statusOf(`CONNECT ${at} HTTP/1.1\r\nHost: ${at}\r\n\r\n`)
    const plain = await statusOf(`GET http://${at}/ HTTP/1.1\r\nHost: ${at}\r\n\r\n`)
    for (const status of [tunnel, plain])
      if (status !== 400 && status !== 403) wrong.push(`${status} ${host}`)
  }
  assert.deepEqual(wrong, [])
  assert.equal(sentinel.connections(), 0)
})
