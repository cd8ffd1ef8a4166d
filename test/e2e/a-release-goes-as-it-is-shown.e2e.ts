// A release under real traffic: the share that is set is the share that is had, failing stops it, switching costs nothing.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
/** Promised where the target gets enough requests, and the time of a look at the page. */
const STOPPED_MS = 15_000

suite('a release that people watch', { skip, timeout: 150_000 }, () => {
  let blue: Upstream
  let green: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let page: Page

  before(async () => {
    blue = await startUpstream()
    green = await startUpstream()
    console = await startConsole({
      config: `workers: 2
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
services:
  blue: { endpoints: ["${blue.url}"] }
  green: { endpoints: ["${green.url}"] }
routes:
  - { name: shop, match: /shop, to: [ { service: blue, weight: 100 }, { service: green, weight: 0 } ], auth: public }
`,
    })
    watched = await setUp(console)
    page = watched.page
    await page.goto(`${console.origin}/releases/shop`)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await Promise.all([blue, green].map((each) => each?.close()))
  })

  async function shop(): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${console.gateway.port('plain')}/shop`)
    await response.arrayBuffer()
    return response.status
  }
  const share = (name: string) => page.getByRole('textbox', { name: `Share of ${name} in percent` })

  test('can be moved by slider, number and steps, and is 100 together whatever is typed', async () => {
    const slider = page.getByRole('slider', { name: 'Share of green' })
    for (const typed of ['101', '-5', '12.6', '３０', 'abc', '1e3', '']) {
      await share('green').fill(typed)
      const value = Number(await share('green').inputValue())
      assert.ok(Number.isInteger(value) && value >= 0 && value <= 100, `${typed}: ${value}`)
      assert.equal(await slider.inputValue(), String(value))
      const told = await page.locator('form').first().innerText()
      assert.match(told, new RegExp(`blue\\s+${100 - value} %`), typed)
    }
    await slider.fill('14')
    for (const step of ['+5', '+1', '−1', '+1']) {
      await page.getByRole('button', { name: `${step} for green` }).click()
    }
    assert.equal(await share('green').inputValue(), '20')
  })

  test('gets 20 ± 3 % of a thousand requests, shown beside what was set', async () => {
    await page.getByRole('button', { name: 'Set the shares' }).click()
    await page.getByText('Set on every process (revision 2).').waitFor()
    const [seenBlue, seenGreen] = [blue.seen.length, green.seen.length]
    // What comes within the first second after a change is of before it, for the figures.
    const target = page.getByRole('region', { name: 'green', exact: true })
    await until('figures of after the change', async () => {
      await shop()
      return !(await target.getByText('no requests yet').isVisible())
    })
    for (let i = 0; i < 1000; i += 20) await Promise.all(Array.from({ length: 20 }, shop))
    const got = green.seen.length - seenGreen
    const all = got + blue.seen.length - seenBlue
    assert.ok(Math.abs((100 * got) / all - 20) <= 3, `${got} of ${all}`)
    await target.getByText('20 %', { exact: true }).waitFor()
    await until('the actual share on the page', async () => {
      const text = await target.locator('dl').innerText()
      const actual = Number(/Actual\s+([\d.]+) %/.exec(text)?.[1])
      return Math.abs(actual - 20) <= 3
    })
  })

  test('is stopped within 15 seconds where a tenth of its answers fail, with the reason', async () => {
    await page.getByLabel('Stop the target by itself').check()
    await page.getByLabel('At least so many requests').fill('30')
    await share('green').fill('50')
    await page.getByRole('button', { name: 'Set the shares' }).click()
    await page.getByText('Set on every process (revision 3).').waitFor()
    let count = 0
    green.handler = (request, response) => {
      request.resume()
      response.statusCode = count++ % 10 === 0 ? 500 : 200
      response.end()
    }
    const stopped = page.getByText('green was stopped by its guard rails')
    const tookMs = await until('stop', async () => {
      await Promise.all(Array.from({ length: 20 }, shop))
      return stopped.isVisible()
    })
    assert.ok(tookMs < STOPPED_MS, `${tookMs} ms`)
    await page
      .getByText(/5xx \d+\.\d % against 0\.0 %/)
      .first()
      .waitFor()
    assert.equal(await share('green').inputValue(), '0')
  })

  test('goes from blue to green and back by one click each, without one failed request', async () => {
    green.handler = (request, response) => {
      request.resume()
      response.end()
    }
    const statuses = new Map<number, number>()
    const over = new AbortController()
    const load = Array.from({ length: 4 }, async () => {
      while (!over.signal.aborted) {
        const status = await shop()
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    })
    await page.getByRole('button', { name: 'All to green' }).click()
    await page.getByText('Set on every process (revision 5).').waitFor()
    const before = green.seen.length
    await until('green alone', () => green.seen.length > before + 20)
    await page.getByRole('button', { name: 'Abort: all back to blue' }).click()
    await page.getByText('Set on every process (revision 6).').waitFor()
    const back = blue.seen.length
    await until('blue again', () => blue.seen.length > back + 20)
    over.abort()
    await Promise.all(load)
    assert.deepEqual([...statuses.keys()], [200])
  })

  /** Puts the pinning into the draft, and the draft to work. */
  async function pin(how: string, header: string | null, revision: number): Promise<void> {
    const pinning = page.getByRole('form', { name: 'Pinning (sticky)' })
    await pinning.getByLabel('Pinning (sticky)').selectOption({ label: how })
    if (header !== null) await pinning.getByLabel('Header').fill(header)
    await pinning.getByRole('button', { name: 'Put into the draft' }).click()
    await page.goto(`${console.origin}/review`)
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText(`Revision ${revision} is served`).waitFor()
    await page.goto(`${console.origin}/releases/shop`)
  }
  const CALLS = 12
  /** Which of the two got so many calls with these headers: one where the caller stays. */
  async function targetsOf(headers: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const before = { blue: blue.seen.length, green: green.seen.length }
    for (let i = 0; i < CALLS; i++) {
      const response = await fetch(`http://127.0.0.1:${console.gateway.port('plain')}/shop`, {
        headers,
      })
      await response.arrayBuffer()
      assert.equal(response.headers.get('set-cookie'), null)
    }
    const got = { blue: blue.seen.length - before.blue, green: green.seen.length - before.green }
    assert.equal(got.blue + got.green, CALLS)
    return Object.entries(got).flatMap(([name, count]) => (count > 0 ? [name] : []))
  }

  test('keeps whoever has the cookie, or the same value of the header, where they are', async () => {
    await share('green').fill('50')
    await page.getByRole('button', { name: 'Set the shares' }).click()
    await page.getByText('Set on every process (revision 7).').waitFor()
    await pin('by a cookie', null, 8)
    await page.getByText('Now: by a cookie').waitFor()
    const cookies = new Set<string>()
    await until('callers of both', async () => {
      const answer = await fetch(`http://127.0.0.1:${console.gateway.port('plain')}/shop`)
      await answer.arrayBuffer()
      cookies.add(answer.headers.get('set-cookie')!.split(';')[0]!)
      return cookies.size >= 12
    })
    const kept = []
    for (const cookie of cookies) kept.push(await targetsOf({ cookie }))
    for (const targets of kept) assert.equal(targets.length, 1, String(targets))
    assert.deepEqual(new Set(kept.flat()), new Set(['blue', 'green']))

    await pin('by a request header', 'X-User', 9)
    await page.getByText('Now: by a request header: x-user').waitFor()
    const users = Array.from({ length: 12 }, (_, at) => `user-${at}`)
    const byUser = new Map<string, readonly string[]>()
    for (const user of users) byUser.set(user, await targetsOf({ 'x-user': user }))
    for (const [user, targets] of byUser)
      assert.equal(targets.length, 1, `${user}: ${targets.join()}`)
    assert.deepEqual(new Set([...byUser.values()].flat()), new Set(['blue', 'green']))
    assert.deepEqual(watched.complaints, [])
  })
})
