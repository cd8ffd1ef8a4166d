// Releases by the admin API: shares that are set and seen, and guard rails that are held without anybody looking.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, suite, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { compilePlan } from '../../../../gateway/config/compile.ts'
import { createAdminApp } from '../../../../gateway/control/admin/app.ts'
import { LOCAL_PRINCIPAL } from '../../../../gateway/control/admin/local-socket.ts'
import type { Principal } from '../../../../gateway/control/admin/operation.ts'
import type { AuditEvent } from '../../../../gateway/control/audit/entry.ts'
import { Alone } from '../../../../gateway/control/config/alone.ts'
import { Configurations } from '../../../../gateway/control/config/configurations.ts'
import type { Document, Documents } from '../../../../gateway/control/documents/documents.ts'
import { releaseOperations } from '../../../../gateway/control/releases/operations.ts'
import { Releases } from '../../../../gateway/control/releases/releases.ts'
import { FolderStore } from '../../../../gateway/control/revisions/folder-store.ts'
import { Watches } from '../../../../gateway/control/releases/watches.ts'
import type { CountRow } from '../../../../gateway/decide/explain-messages.ts'
import { ManualClock } from '../../auth/manual-clock.ts'
import { loaded, loadText } from '../../config/memory-disk.ts'
import { FakeSupervisor, quiet } from '../config/fixture.ts'
import { countRow } from './count-row.ts'

const TEXT = `listeners: [ { name: public, bind: "127.0.0.1:8443", tls: off } ]
services:
  v1: { endpoints: ["http://127.0.0.1:1"] }
  v2: { endpoints: ["http://127.0.0.1:2"] }
routes:
  - { name: plain, match: /plain, to: v1, auth: public }
  - name: shop
    match: /shop
    auth: public
    to: [ { service: v1, weight: 90 }, { service: v2, weight: 10 } ] # soon all
`

class MemoryDocuments implements Documents {
  document: Document = { text: '', version: 0 }
  async read(): Promise<Document> {
    return this.document
  }
  async write(_name: string, text: string, version: number): Promise<boolean> {
    if (version !== this.document.version) return false
    this.document = { text, version: version + 1 }
    return true
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-releases-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let count = 0

let clock: ManualClock
let supervisor: FakeSupervisor
let documents: MemoryDocuments
let releases: Releases
let app: FastifyInstance
let told: AuditEvent[]
let principal: Principal

async function planOf(text: string) {
  const { config, materials } = loaded(await loadText(text))
  return compilePlan(config, materials, 1, () => {})!
}

async function openReleases(configurations: Configurations): Promise<Releases> {
  const watches = await Watches.open(documents, quiet)
  const record = (event: AuditEvent): void => void told.push(event)
  const opened = new Releases({ clock, log: quiet, configurations, watches, record })
  opened.use(await planOf(supervisor.live.text))
  return opened
}

let configurations: Configurations

beforeEach(async () => {
  clock = new ManualClock()
  supervisor = new FakeSupervisor()
  supervisor.live = { ...supervisor.live, text: TEXT }
  documents = new MemoryDocuments()
  told = []
  principal = LOCAL_PRINCIPAL
  const alone = new Alone({
    store: new FolderStore(join(folder, String(++count))),
    clock,
    log: quiet,
    async change(change) {
      const result = await supervisor.change(change)
      if (result.kind === 'live') releases.use(await planOf(change.text))
      return result
    },
    confirm: supervisor.confirm,
  })
  alone.learn(supervisor.live)
  configurations = new Configurations({ deployment: () => alone, check: (text) => loadText(text) })
  releases = await openReleases(configurations)
  app = await createAdminApp({
    operations: releaseOperations(releases),
    authenticate: () => ({ principal, sessionId: null }),
    newId: () => 'r',
    beforeChange: () => {},
    onEvent: () => {},
    log: quiet,
  })
  await clock.advance(1000)
})

async function ask(method: 'GET' | 'POST', url: string, payload?: object) {
  const { statusCode, body } = await app.inject({ method, url, ...(payload && { payload }) })
  return { status: statusCode, body: JSON.parse(body) }
}

const set = (v1: number, v2: number, guard?: object | null) =>
  ask('POST', '/api/v1/releases/shop:set', {
    weights: [
      { target: 'v1', weight: v1 },
      { target: 'v2', weight: v2 },
    ],
    ...(guard === undefined ? {} : { guard }),
  })
const shop = async () => (await ask('GET', '/api/v1/releases')).body.items[0]
const row = (service: string, good: number, bad: number): CountRow =>
  countRow({
    service,
    outcomes: [
      [200, 'ok', good],
      [500, 'ok', bad],
    ],
  })
/** So many seconds of 90 requests to v1 and 10 to v2, of which some fail. */
async function traffic(seconds: number, badOfV2: number, badOfV1 = 0): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    releases.heard([row('v1', 90 - badOfV1, badOfV1), row('v2', 10 - badOfV2, badOfV2)])
    await clock.advance(1000)
  }
}

suite('a release', () => {
  test('is a route with several targets, with shares as set and as seen', async () => {
    await traffic(10, 1)
    const { items } = (await ask('GET', '/api/v1/releases')).body
    assert.equal(items.length, 1)
    const [v1, v2] = items[0].targets
    assert.deepEqual([v1.share, v1.actualShare, v1.requests, v1.failed], [0.9, 0.9, 900, 0])
    assert.deepEqual([v2.share, v2.actualShare, v2.requests, v2.failed], [0.1, 0.1, 100, 10])
    assert.ok(v2.p95Ms > 5 && v2.p95Ms <= 10)
  })

  test('is listed page by page, or by its name', async () => {
    const names = Array.from({ length: 5 }, (_, at) => `r${at}`)
    const to = '[ { service: v1 }, { service: v2 } ]'
    const routes = names.map(
      (name) => `  - { name: ${name}, match: /${name}, to: ${to}, auth: public }`,
    )
    releases.use(await planOf(`${TEXT}${routes.join('\n')}\n`))
    const read = async (query: string): Promise<[string[], string | null]> => {
      const { body } = await ask('GET', `/api/v1/releases?${query}`)
      return [body.items.map(({ route }: { route: string }) => route), body.nextCursor]
    }
    assert.deepEqual(await read('limit=4'), [['r0', 'r1', 'r2', 'r3'], 'r3'])
    assert.deepEqual(await read('limit=4&cursor=r3'), [['r4', 'shop'], null])
    assert.deepEqual(await read('route=r2'), [['r2'], null])
    assert.deepEqual(await read('route=plain'), [[], null])
  })

  test('is shared out anew in the file, and nothing else is', async () => {
    const { status, body } = await set(80, 20)
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.revision, 2)
    assert.deepEqual(
      body.release.targets.map(({ weight }: { weight: number }) => weight),
      [80, 20],
    )
    const { text, message, author } = supervisor.changes[0]!
    assert.equal(text, TEXT.replace('90 }', '80 }').replace('10 }', '20 }'))
    assert.equal(message, 'release of shop: v1 80, v2 20')
    assert.equal(author, LOCAL_PRINCIPAL.name)
  })

  test('whose weights are not 100 together is refused, and nothing changes', async () => {
    for (const [v1, v2] of [
      [80, 19],
      [80, 21],
      [-1, 101],
      [0, 0],
    ] as const) {
      assert.equal((await set(v1, v2)).status, 422)
    }
    assert.equal((await ask('POST', '/api/v1/releases/plain:set', { weights: [] })).status, 422)
    const two = [
      { target: 'v1', weight: 50 },
      { target: 'v2', weight: 50 },
    ]
    assert.equal((await ask('POST', '/api/v1/releases/plain:set', { weights: two })).status, 404)
    assert.deepEqual(supervisor.changes, [])
  })

  test('does not confirm what somebody else wants to be able to take back', async () => {
    await configurations.apply({
      text: TEXT.replace('/plain', '/plane'),
      author: 'sato',
      origin: 'api',
      message: '',
      confirmWithinMs: 60_000,
      expected: configurations.served().checksum,
    })
    const { status, body } = await set(80, 20)
    assert.deepEqual([status, body.code], [409, 'conflict'])
    assert.equal(supervisor.changes.length, 1)
  })

  test('is seen from its latest change on', async () => {
    await traffic(10, 0)
    await set(50, 50)
    await clock.advance(2000)
    const release = await shop()
    assert.deepEqual(
      release.targets.map(({ actualShare }: { actualShare: number | null }) => actualShare),
      [null, null],
    )
    assert.ok(release.windowMs <= 2000)
  })

  test('is for those in whose scope its route is', async () => {
    principal = { ...LOCAL_PRINCIPAL, kind: 'token', role: 'operator', scope: ['route:other'] }
    assert.equal(await shop(), undefined)
    assert.equal((await set(80, 20)).status, 403)
    principal = { ...principal, scope: ['route:shop'] }
    assert.equal((await shop()).route, 'shop')
    assert.equal((await set(80, 20)).status, 200)
  })
})

suite('guard rails', () => {
  const guard = { target: 'v2', maxErrorPoints: 5, minRequests: 50 }
  const weights = async () => (await shop()).targets.map(({ weight }: { weight: number }) => weight)

  test('end a release within 15 seconds, with the reason, and the audit tells it', async () => {
    await traffic(60, 0)
    await set(90, 10, guard)
    await traffic(15, 1)
    assert.deepEqual(await weights(), [100, 0])
    const { abort, watch } = await shop()
    assert.equal(abort.target, 'v2')
    assert.match(abort.reason, /^5xx \d+\.\d % against 0\.0 %$/)
    assert.equal(watch, null)
    const { message, origin } = supervisor.live
    assert.match(message, /^release of shop: v2 to 0: 5xx \d/)
    assert.equal(origin, 'auto-revert')
    assert.deepEqual(
      told.map(({ action, target, result }) => [action, target, result]),
      [['abortRelease', 'route/shop', 'ok']],
    )
    await traffic(30, 1)
    assert.equal(told.length, 1)
  })

  test('also where the errors begin late', async () => {
    await set(90, 10, guard)
    await traffic(200, 0)
    assert.deepEqual(await weights(), [90, 10])
    await traffic(15, 1)
    assert.deepEqual(await weights(), [100, 0])
  })

  test('let a release go on that does no worse than the other target', async () => {
    await set(90, 10, guard)
    await traffic(60, 1, 9)
    assert.deepEqual(await weights(), [90, 10])
    assert.equal((await shop()).watch.target, 'v2')
  })

  test('compare with what was before where the others get nothing any more', async () => {
    await traffic(60, 0, 9)
    await set(0, 100, guard)
    const all = (bad: number) => releases.heard([row('v2', 100 - bad, bad)])
    for (let second = 0; second < 30; second++) {
      all(12)
      await clock.advance(1000)
    }
    assert.deepEqual(await weights(), [0, 100])
    for (let second = 0; second < 15; second++) {
      all(30)
      await clock.advance(1000)
    }
    assert.deepEqual(await weights(), [100, 0])
  })

  test('hold after a restart of control, and go with the release', async () => {
    await set(90, 10, guard)
    releases.close()
    releases = await openReleases(configurations)
    await traffic(15, 2)
    assert.equal(supervisor.live.origin, 'auto-revert')
    assert.equal(releases.get('shop').watch, null)
  })

  test('that ended a release are told until its target gets something again', async () => {
    await set(90, 10, guard)
    await traffic(15, 2)
    assert.equal((await shop()).abort.target, 'v2')
    await set(100, 0)
    assert.equal((await shop()).abort.target, 'v2')
    await set(95, 5)
    assert.equal((await shop()).abort, null)
  })

  test('stay while the share is raised, and go when that is said', async () => {
    await set(90, 10, guard)
    await set(50, 50)
    assert.equal((await shop()).watch.target, 'v2')
    await set(60, 40, null)
    assert.equal((await shop()).watch, null)
  })

  test('are for a target that gets something, and say what is too much', async () => {
    assert.equal((await set(100, 0, guard)).status, 422)
    assert.equal((await set(90, 10, { target: 'v3', maxErrorPoints: 1 })).status, 422)
    assert.equal((await set(90, 10, { target: 'v2' })).status, 422)
    assert.deepEqual(supervisor.changes, [])
  })

  test('that cannot be held now are held as soon as they can', async () => {
    await set(90, 10, guard)
    supervisor.refuses = { kind: 'rejected', reason: 'the port is taken' }
    await traffic(15, 2)
    assert.deepEqual(await weights(), [90, 10])
    assert.deepEqual(told, [])
    supervisor.refuses = null
    await traffic(1, 2)
    assert.deepEqual(await weights(), [100, 0])
  })

  test('that another node wrote are known here, and go only where this node serves what they are of', async () => {
    const wrote = (revision: number): void => {
      const rails = { maxErrorPoints: 5, maxP95Ms: null, minRequests: 20 }
      const before = { requests: 0, failed: 0 }
      const about = { route: 'shop', target: 'v2', setAtMs: 0, by: 'another', before, revision }
      const text = JSON.stringify({ watches: [{ ...about, rails }], aborts: [] })
      documents.document = { text, version: documents.document.version + 1 }
    }
    await set(100, 0)
    const { revision } = configurations.served()
    wrote(revision! + 1)
    await clock.advance(5000)
    assert.equal((await shop()).watch.by, 'another')
    wrote(revision!)
    await clock.advance(5000)
    assert.equal((await shop()).watch, null)
    assert.doesNotMatch(documents.document.text, /another/)
  })
})
