// The first page against what a generator knows it sent, a store that dies and comes back, and a gateway that stops telling.

import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { controlOf } from '../support/process-tree.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const PER_SECOND = 50
const TICK_MS = 20
/** Shown rates may be off by that much. */
const TOLERANCE = 0.05

/** Requests on one connection, evenly; answers what ends it. */
async function generate(port: number): Promise<() => void> {
  const request = 'GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const socket: Socket = connect(port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  socket.resume()
  const startedMs = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = ((performance.now() - startedMs) / 1000) * PER_SECOND
    for (; sent < due; sent++) socket.write(request)
  }, TICK_MS)
  return () => {
    clearInterval(timer)
    socket.destroy()
  }
}

suite('the first page', { skip, timeout: 180_000 }, () => {
  let redis: TestRedis
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let end = (): void => {}

  before(async () => {
    redis = await startRedis()
    upstream = await startUpstream()
    console = await startConsole({
      config: `workers: 1
store: "redis://127.0.0.1:${redis.port}"
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - name: one
    match: /one
    to: ${upstream.url}
    auth: public
    limits:
      - { name: strict, rate: 100000/min, key: [ip], onStoreDown: closed }
      - { name: plan, rate: 100000/min, key: [route] }
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    end()
    await watched?.close()
    await console?.close()
    await upstream?.close()
    await redis?.kill()
  })

  const rateOf = async (page: Page): Promise<number> => {
    const tile = page.getByRole('link', { name: /^Requests per second/ }).locator('.value')
    return Number((await tile.innerText()).replaceAll(',', ''))
  }
  /** The rows of a chart's table, as texts. */
  const tableOf = async (page: Page, label: string): Promise<readonly string[]> => {
    const chart = page.getByRole('figure').filter({ hasText: label }).first()
    const details = chart.locator('details')
    if ((await details.getAttribute('open')) === null) await details.locator('summary').click()
    return chart.locator('tbody tr').allInnerTexts()
  }

  test('counts 50 requests a second as 50, and begins within two readings', async (t) => {
    const { page } = watched
    await page.goto(`${console.origin}/`)
    await page.getByRole('link', { name: /^Requests per second/ }).waitFor()
    end = await generate(console.gateway.port('plain'))
    const movedMs = await until('moving figure', async () => (await rateOf(page)) > 0)
    t.diagnostic(`moved after ${Math.round(movedMs)} ms`)
    const isTrue = async (): Promise<boolean> =>
      Math.abs((await rateOf(page)) - PER_SECOND) <= PER_SECOND * TOLERANCE
    await until('true rate', isTrue, 20_000)
    await page
      .getByRole('link', { name: /^Event loop delay/ })
      .getByText(/ms$/)
      .waitFor()
    await page.getByRole('link', { name: /^Connections/ }).waitFor()
  })

  test('has every chart as a table, and reads the exact value under the pointer', async () => {
    const { page } = watched
    const charts = page.getByRole('figure')
    assert.equal(await charts.count(), 6)
    assert.equal(await charts.getByText('Show as table').count(), 6)
    const isTrue = async (): Promise<boolean> => {
      const [latest = ''] = await tableOf(page, 'Requests')
      const [, all = ''] = latest.split('\t')
      return Math.abs(Number(all) - PER_SECOND) <= PER_SECOND * TOLERANCE
    }
    await until('a whole step of them in the chart', isTrue, 25_000)
    const chart = charts.filter({ hasText: 'refused (4xx)' }).first()
    const box = (await chart.locator('svg.chart').boundingBox())!
    const reads = async (): Promise<boolean> => {
      await page.mouse.move(box.x + box.width - 5, box.y + box.height / 2)
      const [time = '', all = ''] = (await tableOf(page, 'Requests'))[0]!.split('\t')
      const legend = await chart.locator('figcaption').innerText()
      return legend.includes(`all: ${all} /s`) && legend.includes(time)
    }
    await until('value under the pointer', reads)
  })

  test('keeps the range in the address, and shows the same to whoever is given it', async () => {
    const { page } = watched
    await page.getByRole('link', { name: '1 hour' }).click()
    await page.waitForURL(/\?range=1h$/)
    await page
      .getByRole('link', { name: '1 hour' })
      .and(page.locator('[aria-current=true]'))
      .waitFor()
    const other = await console.open(new URL(page.url()).pathname + new URL(page.url()).search)
    const current = other.page.getByRole('link', { name: '1 hour' })
    await current.and(other.page.locator('[aria-current=true]')).waitFor()
    const times = async (one: Page): Promise<readonly string[]> =>
      (await tableOf(one, 'Requests')).map((row) => row.split('\t')[0]!)
    await until('same times', async () => {
      const [here, there] = [await times(page), await times(other.page)]
      return here.length > 0 && JSON.stringify(here) === JSON.stringify(there)
    })
    await other.close()
  })

  test('says what becomes of limits while their store is away, and falls silent after', async (t) => {
    const { page } = watched
    await page.goto(`${console.origin}/`)
    await page.getByText('Nothing needs attention.').waitFor()
    await redis.kill()
    const began = performance.now()
    await page.getByText('The store of the rate limits cannot be reached').waitFor()
    t.diagnostic(`said after ${Math.round(performance.now() - began)} ms`)
    await page.getByText('Every request is refused (fail closed, as configured):').waitFor()
    await page.getByText('Counted by each process for itself').waitFor()
    await page.getByText('The store of the rate limits is away').waitFor()
    await redis.restart()
    const banner = page.getByText('The store of the rate limits cannot be reached')
    await banner.waitFor({ state: 'detached', timeout: 30_000 })
    await page.getByText('Nothing needs attention.').waitFor({ timeout: 30_000 })
  })

  test('names what differs from the file, and what waits in a draft', async () => {
    const { page } = watched
    const { gateway } = console
    gateway.write('sallyport.yaml', 'routes: nonsense\n')
    await page.getByText(/is not what is served: the edit was refused/).waitFor()
    await page.goto(`${console.origin}/routes/one`)
    await page.getByLabel('Longest wait for an answer').fill('7s')
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.goto(`${console.origin}/`)
    await page.getByText('Your draft holds changes that are not applied').waitFor()
  })

  test('marks as old what nobody has renewed, with its age, and says nothing of it being now', async () => {
    const { page } = watched
    end()
    assert.equal(await page.locator('.age.stale').count(), 0)
    await page.goto(`${console.origin}/`)
    await page
      .getByText(/^Read /)
      .first()
      .waitFor()
    const supervisor = console.gateway.process.pid!
    const control = controlOf(supervisor)!
    // It would start another control.
    process.kill(supervisor, 'SIGSTOP')
    process.kill(control, 'SIGSTOP')
    try {
      const old = page.locator('.age.stale').first()
      await old.waitFor()
      assert.match(await old.innerText(), /seconds ago/)
    } finally {
      process.kill(control, 'SIGCONT')
      process.kill(supervisor, 'SIGCONT')
    }
    await page.locator('.age.stale').first().waitFor({ state: 'detached' })
    assert.deepEqual(watched.complaints, [])
  })
})
