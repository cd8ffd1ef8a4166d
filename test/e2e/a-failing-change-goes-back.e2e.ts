// A change applied by the console with its guard on: requests fail, and the revision before is back with the reason.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('a change that makes requests fail', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    upstream = await startUpstream()
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: shop, match: /shop, to: "${upstream.url}", auth: public } ]
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  test('goes back long before it is too late to confirm', async () => {
    const { page } = watched
    const before = readFileSync(console.gateway.file, 'utf8')
    await page.goto(`${console.origin}/routes/shop`)
    await page.getByLabel('Goes to').fill(`http://127.0.0.1:${await freePort()}`)
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.goto(`${console.origin}/review`)
    const guard = page.getByLabel('Take it back where requests fail')
    assert.equal(await guard.isChecked(), false)
    await page.getByLabel('Take it back by itself').selectOption('5m')
    assert.equal(await guard.isChecked(), true)
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText('It goes back by itself where requests fail.').waitFor()
    const ask = async (): Promise<void> => {
      const response = await fetch(`http://127.0.0.1:${console.gateway.port('plain')}/shop`)
      await response.arrayBuffer()
    }
    await until(
      'the file before',
      async () => {
        await ask()
        return readFileSync(console.gateway.file, 'utf8') === before
      },
      40_000,
    )
    await page.goto(`${console.origin}/revisions`)
    await page.getByText(/auto-reverted: 5xx \d+\.\d % against 0\.0 %/).waitFor()
    assert.deepEqual(watched.complaints, [])
  })
})
