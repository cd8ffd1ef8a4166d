// From an endpoint in trouble on the first page to its reason, and from a click to an endpoint without new requests.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('the endpoints of a service in the console', { skip, timeout: 120_000 }, () => {
  let upstreams: readonly [Upstream, Upstream]
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    upstreams = [await startUpstream(), await startUpstream()]
    const urls = upstreams.map(({ url }) => `"${url}"`).join(', ')
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
services: { pair: { endpoints: [ ${urls} ], balance: round-robin } }
routes: [ { name: pair, match: /pair, to: pair, auth: public } ]
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await Promise.all((upstreams ?? []).map((upstream) => upstream.close()))
  })

  const ask = async (): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${console.gateway.port('plain')}/pair`)
    await response.arrayBuffer()
  }

  test('get no new request once one is drained, and say who did that and why', async () => {
    const { page } = watched
    const [{ url, seen }] = upstreams
    await page.goto(`${console.origin}/services`)
    const row = page.getByRole('row', { name: new RegExp(url) })
    await row.getByText('well').waitFor()
    await row.getByRole('button', { name: 'Drain…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Why').fill('new disks')
    await dialog.getByRole('button', { name: 'Drain', exact: true }).click()
    await row.getByText(/by alice .*new disks/).waitFor()
    const before = seen.length
    for (let i = 0; i < 6; i++) await ask()
    assert.equal(seen.length, before)
    await row.getByRole('button', { name: 'Enable' }).click()
    await row.getByRole('button', { name: 'Drain…' }).waitFor()
    for (let i = 0; i < 6; i++) await ask()
    assert.ok(seen.length > before)
  })

  test('that go down stand on the first page with the reason, one click from the row', async () => {
    const { page } = watched
    const [, second] = upstreams
    const { port } = second
    await page.goto(`${console.origin}/`)
    await page.getByText('Nothing needs attention.').waitFor()
    await second.close()
    const item = page.getByRole('listitem').filter({ hasText: `ECONNREFUSED 127.0.0.1:${port}` })
    await item.getByRole('link').click({ timeout: 10_000 })
    await page.getByRole('row', { name: new RegExp(`:${port}`) }).waitFor()
    await page.getByText('1 of 2').waitFor()
  })

  test('are in the picture, with the way to their requests', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/topology`)
    await page.getByRole('button', { name: /^Route, pair/ }).click()
    const side = page.getByRole('complementary', { name: 'Details' })
    await side.getByRole('button', { name: 'pair → pair' }).click()
    await side.getByRole('link', { name: 'Open the tail with this filter' }).click()
    assert.equal(new URL(page.url()).search, '?route=pair&service=pair')
    assert.deepEqual(watched.complaints, [])
  })
})
