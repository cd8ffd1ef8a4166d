// The demo's name server: its own names, the names of others, and what is no question.

import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { startNameServer } from '../../../gateway/demo/name-server.ts'

const OWN = new Map([['partner.example', '127.0.0.1']])

async function resolverOf(
  t: TestContext,
  ask: (name: string) => Promise<readonly string[]> = () => Promise.reject(new Error('unknown')),
): Promise<{ resolver: Resolver; address: string }> {
  const server = await startNameServer(OWN, ask)
  t.after(() => server.close())
  const resolver = new Resolver({ timeout: 2000, tries: 1 })
  resolver.setServers([server.address])
  return { resolver, address: server.address }
}

test('its own name has its address, in whatever case it is asked for', async (t) => {
  const { resolver } = await resolverOf(t)
  assert.deepEqual(await resolver.resolve4('partner.example'), ['127.0.0.1'])
  assert.deepEqual(await resolver.resolve4('Partner.Example'), ['127.0.0.1'])
})

test('its own name has no other kind of address', async (t) => {
  const { resolver } = await resolverOf(t)
  await assert.rejects(resolver.resolve6('partner.example'), { code: 'ENODATA' })
})

test('about any other name others are asked', async (t) => {
  const asked: string[] = []
  const { resolver } = await resolverOf(t, (name) => {
    asked.push(name)
    return Promise.resolve(['192.0.2.7', '192.0.2.8'])
  })
  const addresses = await resolver.resolve4('www.example.org')
  assert.deepEqual(addresses.toSorted(), ['192.0.2.7', '192.0.2.8'])
  assert.deepEqual(asked, ['www.example.org'])
})

test('a name that nobody knows is not found', async (t) => {
  const { resolver } = await resolverOf(t)
  await assert.rejects(resolver.resolve4('www.example.org'), { code: 'ENOTFOUND' })
})

test('what is no question gets no answer and does no harm', async (t) => {
  const { resolver, address } = await resolverOf(t)
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  const answers: Buffer[] = []
  socket.on('message', (message) => void answers.push(message))
  socket.connect(Number(address.split(':')[1]), '127.0.0.1')
  await once(socket, 'connect')
  const header = Buffer.alloc(12, 1)
  for (const rest of ['', '\u0007partner', '\u0007partner\u0000', '\u00ff', '\u0000\u0000']) {
    socket.send(Buffer.concat([header, Buffer.from(rest, 'latin1')]))
  }
  assert.deepEqual(await resolver.resolve4('partner.example'), ['127.0.0.1'])
  assert.deepEqual(answers, [])
})
