// A node agrees to what it could serve, and says why it could not.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { compilePlan } from '../../../../gateway/config/compile.ts'
import { disk } from '../../../../gateway/config/disk.ts'
import { loadConfigText } from '../../../../gateway/config/load.ts'
import type { Plan } from '../../../../gateway/config/plan.ts'
import { placeOf, prepare } from '../../../../gateway/control/fleet/prepare.ts'
import { systemClock } from '../../../../sidecar/runtime/clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-prepare-'))
const file = join(folder, 'sallyport.yaml')
writeFileSync(file, '')
after(() => rmSync(folder, { recursive: true, force: true }))

const load = (text: string) => loadConfigText(text, file, { ...disk, env: {}, clock: systemClock })

const textOf = (
  bind: string,
  store = 'redis://127.0.0.1:6379',
  tls = 'off',
): string => `store: ${store}
listeners: [ { name: public, bind: "${bind}", tls: ${tls} } ]
routes: [ { name: r, match: /x, to: "http://127.0.0.1:1", auth: public } ]
`

async function planOf(text: string): Promise<Plan> {
  const loaded = await load(text)
  assert.ok(loaded.kind === 'loaded')
  return compilePlan(loaded.config, loaded.materials, 1, () => {})!
}

async function tried(text: string, at = file) {
  const plan = await planOf(textOf('127.0.0.1:0'))
  return prepare(text, { clock: systemClock, file: at, check: load, plan: () => plan })
}

const reasonOf = (vote: Awaited<ReturnType<typeof prepare>>): string => {
  return vote.kind === 'refused' ? vote.reason : 'ready'
}

test('what could be served is agreed to', async () => {
  assert.deepEqual(await tried(textOf('127.0.0.1:0')), { kind: 'ready' })
})

test('a folder of certificates that is missing here is a reason, with its place', async () => {
  const vote = await tried(textOf('127.0.0.1:0', undefined, '{ certs: ./none }'))
  assert.match(reasonOf(vote), /^line 2, column \d+: .*\.\/none/)
  assert.ok(vote.kind === 'refused')
  assert.equal(vote.problems[0]!.line, 2)
})

test('an address that somebody else has is a reason', async () => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  assert.match(reasonOf(await tried(textOf(`127.0.0.1:${port}`))), /public: .*EADDRINUSE/)
  await new Promise((done) => server.close(done))
  assert.equal(reasonOf(await tried(textOf(`127.0.0.1:${port}`))), 'ready')
})

test('another store is a reason', async () => {
  for (const store of ['embedded', 'redis://127.0.0.1:6380', 'redis://127.0.0.1:6379/1']) {
    assert.match(reasonOf(await tried(textOf('127.0.0.1:0', store))), /a fleet keeps its store/)
  }
})

test('a file that cannot be written is a reason', async () => {
  const vote = await tried(textOf('127.0.0.1:0'), join(folder, 'gone.yaml'))
  assert.match(reasonOf(vote), /not ours to write/)
})

test('a fault of ours is a reason, too', async () => {
  const fail = (): Promise<never> => Promise.reject(new Error('out of luck'))
  const plan = await planOf(textOf('127.0.0.1:0'))
  const vote = await prepare('', { clock: systemClock, file, check: fail, plan: () => plan })
  assert.equal(reasonOf(vote), 'out of luck')
})

test('a store stays where it is when credentials or the addresses of its sentinels change', async () => {
  const place = async (store: string): Promise<string> => {
    return placeOf((await planOf(textOf('127.0.0.1:0', store))).store)
  }
  const sentinels = (at: string, name = 'main'): string => `{ sentinels: ["${at}"], name: ${name} }`
  assert.equal(await place('redis://:one@127.0.0.1:6379'), await place('redis://127.0.0.1:6379'))
  assert.equal(await place(sentinels('127.0.0.1:1')), await place(sentinels('127.0.0.1:2')))
  assert.notEqual(
    await place(sentinels('127.0.0.1:1')),
    await place(sentinels('127.0.0.1:1', 'other')),
  )
  const cluster = (at: string, prefix: string): string =>
    `{ cluster: ["${at}"], prefix: ${prefix} }`
  assert.equal(await place(cluster('127.0.0.1:1', 'a')), await place(cluster('127.0.0.1:2', 'a')))
  assert.notEqual(
    await place(cluster('127.0.0.1:1', 'a')),
    await place(cluster('127.0.0.1:1', 'b')),
  )
})
