// Two real nodes on one Redis: each tells what its workers really enforce, what one saw and decided the other knows,
// learning ends on both at its time, and a guarded release is one for both.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { callApi } from '../../gateway/cli/api-client.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { workersOf } from '../support/process-tree.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const HOST = 'api.partner.example'
const LEARNED_MS = 12_000

suite('the way out of two nodes', { skip, timeout: 150_000 }, () => {
  let redis: TestRedis
  let one: Upstream
  let two: Upstream
  let console: ConsoleUnderTest
  let other: TestGateway
  let watched: WatchedPage
  let page: Page

  before(async () => {
    redis = await startRedis()
    one = await startUpstream()
    two = await startUpstream()
    const config = `workers: 1
store: "redis://127.0.0.1:${redis.port}"
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
services:
  v1: { endpoints: ["${one.url}"] }
  v2: { endpoints: ["${two.url}"] }
routes:
  - { name: shop, match: /shop, to: [ { service: v1, weight: 50 }, { service: v2, weight: 50 } ], auth: public }
egress:
  plain: 127.0.0.1:0
  mode: enforce
  dns: [ "127.0.0.1:9" ]
  timeouts: { dns: 200ms }
`
    console = await startConsole({ config, env: { SALLYPORT_NODE: 'tokyo' } })
    const same = readFileSync(console.gateway.file, 'utf8')
    other = await startGateway({ config: same, env: { SALLYPORT_NODE: 'osaka' } })
    await until('nodes that know each other', async () => {
      const { items } = (await api(console.gateway, 'GET', '/api/v1/nodes')) as {
        items: { health: string }[]
      }
      return items.filter(({ health }) => health === 'serving').length === 2
    })
    watched = await setUp(console)
    page = watched.page
  })

  after(async () => {
    await watched?.close()
    await other?.stop()
    await console?.close()
    await Promise.all([one, two].map((each) => each?.close()))
    await redis?.kill()
  })

  const api = (node: TestGateway, method: string, path: string, body?: unknown, match = '') => {
    const socket = { kind: 'socket', path: join(node.folder, 'data/control.sock') } as const
    return callApi(socket, method, path, body, match === '' ? {} : { 'if-match': match })
  }

  /** Status of a tunnel by the plain door of that node. */
  async function call(node: TestGateway): Promise<number> {
    const socket = connect(node.port('egress'), '127.0.0.1')
    socket.write(`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}:443\r\n\r\n`)
    const [head] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return Number(head.toString().split(' ')[1])
  }

  /** Puts another `egress.mode` to work on both. */
  async function setMode(mode: string): Promise<void> {
    const { text, checksum } = (await api(console.gateway, 'GET', '/api/v1/config')) as {
      text: string
      checksum: string
    }
    const wanted = text.replace(/ {2}mode: .*\n(?: {2}learnUntil: .*\n)?/, `  mode: ${mode}\n`)
    await api(console.gateway, 'PUT', '/api/v1/config', { text: wanted }, `"${checksum}"`)
  }

  const nodes = () => page.getByRole('list', { name: 'Mode in force on each node' })

  test('is enforced on each, as its own workers say', async () => {
    await page.goto(`${console.origin}/egress`)
    for (const name of ['osaka', 'tokyo']) {
      const node = nodes().getByRole('listitem').filter({ hasText: name })
      await node.getByText('enforce', { exact: true }).waitFor()
      await node.getByText('as its worker says').waitFor()
    }
    assert.equal(await page.getByRole('alert').count(), 0)
  })

  test('shows what was refused at the other, and what is decided here holds there', async () => {
    assert.equal(await call(other), 403)
    const row = page.getByRole('row', { name: new RegExp(HOST) })
    await row.waitFor({ timeout: 6000 })
    await row.getByRole('button', { name: 'Ignore…' }).click()
    await page.getByLabel('Why it stays refused').fill('a tracker')
    await page.getByRole('dialog').getByRole('button', { name: 'Ignore', exact: true }).click()
    await page.getByText('Nothing waits for a decision.').waitFor()
    const { items } = (await api(other, 'GET', '/api/v1/egress/denied')) as {
      items: { host: string; state: object }[]
    }
    const { state } = items.find(({ host }) => host === HOST)!
    assert.deepEqual(
      { ...state, by: '', atMs: 0 },
      { kind: 'ignored', note: 'a tracker', by: '', atMs: 0 },
    )
  })

  test('is an error as soon as one worker of the other cannot be heard, until it can', async () => {
    const [worker] = workersOf(other.process.pid!)
    process.kill(worker!, 'SIGSTOP')
    try {
      const alert = page.getByRole('alert').filter({ hasText: 'not every worker of every node' })
      await alert.waitFor({ timeout: 20_000 })
      await alert.getByRole('listitem').filter({ hasText: 'osaka' }).getByText('1 worker').waitFor()
    } finally {
      process.kill(worker!, 'SIGCONT')
    }
    await page.getByRole('alert').waitFor({ state: 'detached', timeout: 20_000 })
  })

  test('learns until a moment that is in sight, and then refuses on both, by itself and audited', async () => {
    const untilMs = Math.ceil((Date.now() + LEARNED_MS) / 1000) * 1000
    const moment = new Date(untilMs).toISOString().replace('.000Z', 'Z')
    await setMode(`learn\n  learnUntil: ${moment}`)
    await page.getByText('Learning ends, and what no rule allows is refused:').waitFor()
    await page
      .getByText(/in \d+ seconds/)
      .first()
      .waitFor()
    for (const node of [console.gateway, other]) assert.notEqual(await call(node), 403)
    await page
      .getByText('Learning is over: what no rule allows is refused')
      .waitFor({ timeout: 30_000 })
    for (const node of [console.gateway, other]) {
      assert.equal(await call(node), 403)
      await until('line of the audit', async () => {
        const { items } = (await api(node, 'GET', '/api/v1/audit?limit=20')) as {
          items: { action: string }[]
        }
        return items.filter(({ action }) => action === 'endLearning').length === 1
      })
    }
    const list = nodes().getByText('enforce', { exact: true })
    await until('two that enforce', async () => (await list.count()) === 2)
  })

  test('without an end asks for one, and puts it into the draft', async () => {
    await setMode('learn')
    await page.getByText('Learning has no end yet').waitFor()
    await page.getByRole('button', { name: 'Set an end…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Learn for').selectOption('72')
    await dialog.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByText('egress › learnUntil').waitFor()
    await page.getByRole('button', { name: 'Discard' }).first().click()
  })

  test('knows a guarded release on both: the node that sees it fail stops it for all', async () => {
    two.handler = (request, response) => {
      request.resume()
      response.statusCode = 500
      response.end()
    }
    const weights = [
      { target: 'v1', weight: 80 },
      { target: 'v2', weight: 20 },
    ]
    const guard = { target: 'v2', maxErrorPoints: 5, minRequests: 10 }
    await api(console.gateway, 'POST', '/api/v1/releases/shop:set', { weights, guard })
    await until('stop', async () => {
      for (let i = 0; i < 20; i++) {
        const response = await fetch(`http://127.0.0.1:${other.port('plain')}/shop`)
        await response.arrayBuffer()
      }
      return readFileSync(console.gateway.file, 'utf8').includes('service: v2, weight: 0')
    })
    await page.goto(`${console.origin}/releases/shop`)
    await page.getByText('v2 was stopped by its guard rails').waitFor()
    assert.deepEqual(watched.complaints, [])
  })
})
