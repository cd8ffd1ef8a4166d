// Two real nodes that share one Redis: the page shows what both refused, what it does counts on both, and what it decides ends by itself.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { callApi } from '../../gateway/cli/api-client.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { ask, bearer, type Answer } from '../integration/limits/client.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { redisCommand } from '../support/redis-command.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { createTestIssuer, type TestIssuer } from '../support/test-issuer.ts'
import { until } from '../support/until.ts'
import { chromiumPath, openPage, type WatchedPage } from './chromium.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const VIEWER_PASSWORD = 'only looks at every caller'
const SECRET = 'sk-live-4eC39HqLyjWDarjtT1zdp7dc'
const MEASURES = 'sallyport:document:limit-measures'
/** The rest of a measure's time, as if most of it had passed. */
const REST_MS = 4000

suite('limits that two nodes count together', { skip, timeout: 150_000 }, () => {
  let redis: TestRedis
  let upstream: Upstream
  let issuer: TestIssuer
  let console: ConsoleUnderTest
  let other: TestGateway
  let watched: WatchedPage
  let page: Page

  before(async () => {
    redis = await startRedis()
    upstream = await startUpstream()
    issuer = await createTestIssuer()
    const config = `workers: 1
store: "redis://127.0.0.1:${redis.port}"
issuers: { idp: ${issuer.yaml} }
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: orders, match: /orders, to: "${upstream.url}", auth: { issuer: idp, audience: api }, limits: [ { name: plan, rate: 6/min, key: [sub] } ] }
  - { name: keyed, match: /keyed, to: "${upstream.url}", auth: public, limits: [ { name: keyed, rate: 2/min, key: ["header:x-api-key"] } ] }
`
    console = await startConsole({ config, env: { SALLYPORT_NODE: 'tokyo' } })
    const same = readFileSync(console.gateway.file, 'utf8')
    other = await startGateway({ config: same, env: { SALLYPORT_NODE: 'osaka' } })
    await until('nodes that know each other', async () => {
      const { nodes } = (await api('GET', '/api/v1/limits/keys').catch(() => ({ nodes: 0 }))) as {
        nodes: number
      }
      return nodes === 2
    })
    watched = await setUp(console)
    page = watched.page
  })

  after(async () => {
    await watched?.close()
    await other?.stop()
    await console?.close()
    await upstream?.close()
    await redis?.kill()
  })

  const api = (method: string, path: string, body?: unknown) => {
    const path_ = join(console.gateway.folder, 'data/control.sock')
    return callApi({ kind: 'socket', path: path_ }, method, path, body)
  }
  const call = async (gateway: TestGateway): Promise<Answer> => {
    const headers = bearer(await issuer.token('alice', 'api'))
    return ask(gateway.port('plain'), { path: '/orders', headers })
  }
  const nodes = (): readonly TestGateway[] => [console.gateway, other]
  /** Statuses of `count` calls, by turns at both nodes. */
  const byTurns = async (count: number): Promise<readonly Answer[]> => {
    const answers: Answer[] = []
    for (let i = 0; i < count; i++) answers.push(await call(nodes()[i % 2]!))
    return answers
  }
  const passed = (answers: readonly Answer[]): number =>
    answers.filter(({ status }) => status === 200).length
  const row = () => page.getByRole('row', { name: /sub alice/ })
  const press = (name: string) =>
    page.getByRole('dialog').getByRole('button', { name, exact: true }).click()

  /** Seconds that the page says remain, read the moment they change. */
  const countdown = async (): Promise<{ seconds: number; atMs: number }> => {
    const read = async (): Promise<string> => (await row().locator('strong').textContent()) ?? ''
    const first = await read()
    await until('the next second', async () => (await read()) !== first)
    const atMs = performance.now()
    const [, minutes = 0, seconds = 0] = /in (?:(\d+) min ?)?(?:(\d+) s)?/.exec(await read()) ?? []
    return { seconds: Number(minutes) * 60 + Number(seconds), atMs }
  }

  test('stand on the page with the total of both, and a countdown that is Retry-After', async () => {
    await page.goto(`${console.origin}/limits`)
    await page.getByText('Nobody was limited lately.').waitFor()
    const answers = await byTurns(11)
    assert.equal(passed(answers), 6)
    assert.ok(answers.slice(6).every(({ status }) => status === 429))
    await row().waitFor({ timeout: 5000 })
    await page.getByText('Totals of 2 nodes').waitFor()
    await row()
      .getByRole('cell', { name: /^5\s*100 %$/ })
      .waitFor()
    await row().getByText('plan').waitFor()
    await row().getByRole('link', { name: 'orders' }).waitFor()
    await page.getByRole('link', { name: 'Now 1' }).click()
    await page.waitForURL(/\?seen=now$/)
    await page.getByRole('link', { name: 'Last hour 1' }).click()
    const refused = await call(other)
    assert.equal(refused.status, 429)
    await row()
      .getByRole('cell', { name: /^6\s*100 %$/ })
      .waitFor()
    const { seconds, atMs } = await countdown()
    const told = Number(refused.headers['retry-after']) - (atMs - refused.answeredMs) / 1000
    assert.ok(Math.abs(seconds - Math.round(told)) <= 1, `${seconds} and ${told}`)
  })

  test('are counted anew by one click, for the next request at the other node', async () => {
    await row().getByRole('button', { name: 'Reset' }).click()
    await press('Reset')
    await page.getByText('sub alice is counted anew on every node.').waitFor()
    assert.equal((await call(other)).status, 200)
    assert.equal(passed(await byTurns(7)), 5)
  })

  test('tell their key in Redis and its time to live to administrators alone', async () => {
    await row().getByRole('button', { name: 'Details' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('by all nodes together').waitFor()
    await dialog.getByText('Kept there').waitFor()
    const name = (await dialog.getByText(/^sallyport:/).textContent()) ?? ''
    assert.ok(Number(await redisCommand(redis.port, 'PTTL', name)) > 0, name)
    await dialog.getByText(/^in \d+ (?:s|min)/).waitFor()
    await page.keyboard.press('Escape')
    await api('POST', '/api/v1/users', { name: 'vera', role: 'viewer', password: VIEWER_PASSWORD })
    const viewer = await openPage(console.browser, console.origin)
    await viewer.page.goto(`${console.origin}/limits`)
    await signIn(viewer, 'vera', VIEWER_PASSWORD)
    await viewer.page.goto(`${console.origin}/limits`)
    const heard = viewer.page.waitForResponse(/\/limits\/keys\/[0-9a-f]{32}$/)
    await viewer.page.getByRole('button', { name: 'Details' }).click()
    const answer = (await (await heard).json()) as { store: unknown }
    assert.equal(answer.store, null)
    await viewer.page.getByText('by all nodes together').waitFor()
    assert.equal(await viewer.page.getByText('Kept there').count(), 0)
    assert.equal(await viewer.page.getByText(/^sallyport:/).count(), 0)
    assert.equal(await viewer.page.getByRole('button', { name: 'Reset' }).count(), 0)
    await viewer.close()
  })

  test('are another for one caller for a while, which says who decided it and why', async () => {
    await row().getByRole('button', { name: 'Block or change…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Times the limit').fill('２')
    await dialog.getByLabel('Reason').fill('month-end closing')
    await press('Change the limit')
    await page.getByText('sub alice has another limit on every node.').waitFor()
    const measure = page.getByRole('listitem').filter({ hasText: 'month-end closing' })
    await measure.getByText('limit × 2').waitFor()
    await measure.getByText(/by alice/).waitFor()
    await row().getByText('limit × 2').waitFor()
    await row().getByRole('button', { name: 'Reset' }).click()
    await press('Reset')
    await page.getByText('sub alice is counted anew on every node.').first().waitFor()
    assert.equal(passed(await byTurns(14)), 12)
  })

  test('are as configured again when the time is over, at both nodes and without anybody’s doing', async () => {
    const book = JSON.parse(String(await redisCommand(redis.port, 'HGET', MEASURES, 'text'))) as {
      measures: { untilMs: number }[]
    }
    assert.equal(book.measures.length, 1)
    book.measures[0]!.untilMs = Date.now() + REST_MS
    await redisCommand(redis.port, 'HSET', MEASURES, 'text', JSON.stringify(book))
    await redisCommand(redis.port, 'HINCRBY', MEASURES, 'version', 1)
    const measure = page.getByRole('listitem').filter({ hasText: 'month-end closing' })
    await measure.waitFor({ state: 'detached' })
    await row().getByText('limit × 2').waitFor({ state: 'detached' })
    await row().getByRole('button', { name: 'Reset' }).click()
    await press('Reset')
    await page.getByText('sub alice is counted anew on every node.').first().waitFor()
    await until('the configured limit', async () => (await call(other)).status === 429)
    const { items } = (await api('GET', '/api/v1/limits/measures')) as { items: unknown[] }
    assert.deepEqual(items, [])
    await page.goto(`${console.origin}/audit`)
    await page.getByText('month-end closing').first().waitFor({ state: 'attached' })
  })

  test('by a key that is a secret stand there as its digest and its label', async () => {
    await page.goto(`${console.origin}/limits`)
    for (let i = 0; i < 4; i++) {
      const headers = { 'x-api-key': SECRET }
      await ask(nodes()[i % 2]!.port('plain'), { path: '/keyed', headers })
    }
    const secret = page.getByRole('row', { name: /x-api-key sha256:[0-9a-f]{12}/ })
    await secret.getByRole('button', { name: 'Details' }).click()
    await page.getByRole('dialog').getByText('by all nodes together').waitFor()
    assert.ok(!(await page.content()).includes(SECRET))
    const everything = JSON.stringify(await api('GET', '/api/v1/limits/keys'))
    assert.ok(everything.includes('x-api-key sha256:') && !everything.includes(SECRET))
    assert.deepEqual(watched.complaints, [])
  })
})
