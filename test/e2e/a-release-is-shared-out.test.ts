// From one target to a guarded canary and back, in a real browser before a real gateway under traffic.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('a release', { skip, timeout: 120_000 }, () => {
  let one: Upstream
  let two: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    one = await startUpstream()
    two = await startUpstream()
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
services:
  v1: { endpoints: ["${one.url}"] } # as it was
  v2: { endpoints: ["${two.url}"] }
routes:
  - { name: shop, match: /shop, to: [ { service: v1, weight: 100 }, { service: v2, weight: 0 } ], auth: public }
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await one?.close()
    await two?.close()
  })

  const shop = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const response = await fetch(`http://127.0.0.1:${console.gateway.port('plain')}/shop`)
      await response.arrayBuffer()
    }
  }
  const file = (): string => readFileSync(console.gateway.file, 'utf8')

  test('gets its share by slider and steps, and the file says so and nothing else', async () => {
    const { page } = watched
    const before = file()
    await page.goto(`${console.origin}/releases`)
    await page.getByText('one target gets all').waitFor()
    await page.getByRole('link', { name: 'shop', exact: true }).click()
    await page.getByRole('slider', { name: 'Share of v2' }).fill('44')
    await page.getByRole('button', { name: '+5 for v2' }).click()
    await page.getByRole('button', { name: '+1 for v2' }).click()
    assert.equal(
      await page.getByRole('textbox', { name: 'Share of v2 in percent' }).inputValue(),
      '50',
    )
    await page.getByLabel('Stop the target by itself').check()
    await page.getByLabel('At least so many requests').fill('20')
    await page.getByRole('button', { name: 'Set the shares' }).click()
    await page.getByText('Set on every process (revision 2).').waitFor()
    assert.equal(
      file(),
      before.replace('weight: 100', 'weight: 50').replace('weight: 0', 'weight: 50'),
    )
    await shop(40)
    assert.ok(two.seen.length > 0)
    await page.getByText('v2 is stopped with more than 5 points of 5xx above the others').waitFor()
  })

  test('is stopped by itself when its target fails, and the page says why', async () => {
    const { page } = watched
    two.handler = (request, response) => {
      request.resume()
      response.statusCode = 500
      response.end()
    }
    const stopped = page.getByText('v2 was stopped by its guard rails')
    await until('stop', async () => {
      await shop(20)
      return stopped.isVisible()
    })
    await page
      .getByText(/5xx \d+\.\d % against 0\.0 %/)
      .first()
      .waitFor()
    assert.match(file(), /weight: 100 }, { service: v2, weight: 0 }/)
  })

  test('goes to the other target and back by one click each', async () => {
    const { page } = watched
    await page.getByRole('button', { name: 'All to v2' }).click()
    await page.getByText('Set on every process (revision 4).').waitFor()
    assert.match(file(), /weight: 0 }, { service: v2, weight: 100 }/)
    await page.getByRole('button', { name: 'Abort: all back to v1' }).click()
    await page.getByText('Set on every process (revision 5).').waitFor()
    assert.match(file(), /weight: 100 }, { service: v2, weight: 0 }/)
    await page.getByRole('cell', { name: 'v2 to 0: 5xx' }).waitFor()
    assert.deepEqual(watched.complaints, [])
  })
})
