// CORS, rate limits, addresses and header rules: tried in the browser against the real thing, put on routes, and then as they were tried.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { ask, type Ask } from '../integration/limits/client.ts'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const ORIGIN = 'https://app.example.com'
const CALLERS = [
  ['203.0.113.1', 12],
  ['203.0.113.2', 2],
  ['203.0.113.3', 1],
] as const

suite('policies that are tried before they are put to work', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let page: Page

  before(async () => {
    upstream = await startUpstream()
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off, trustedHops: 1 } ]
routes:
  - name: shop # what customers see
    match: /shop
    to: ${upstream.url}
    auth: public
    cors: { origins: ["${ORIGIN}"], methods: [GET, PUT], headers: [content-type], expose: [etag], maxAge: 5m }
  - { name: stock, match: /stock, to: "${upstream.url}", auth: public }
`,
    })
    watched = await setUp(console)
    page = watched.page
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  const call = (asked: Ask) => ask(console.gateway.port('plain'), asked)
  const from = (address: string) => ({ 'x-forwarded-for': address })
  const said = (text: string | RegExp) => page.getByText(text).first().waitFor()
  const policyOf = (text: string) => page.locator('section.panel').filter({ hasText: text }).last()
  const apply = async (revision: number): Promise<void> => {
    await page.goto(`${console.origin}/review`)
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await said(new RegExp(`Revision ${revision} is served by every process`))
  }

  /** Every field that the simulator tells of one of the two answers. */
  const toldFields = async (heading: string): Promise<Record<string, string>> => {
    const part = page.locator('section').filter({ hasText: heading }).last()
    const fields = await part.locator('.fact').allTextContents()
    const names = await part.locator('.fact dt').allTextContents()
    return Object.fromEntries(names.map((name, at) => [name, fields[at]!.slice(name.length)]))
  }

  test('a preflight is told field by field as it is really answered, with the browser’s verdict', async () => {
    await page.goto(`${console.origin}/policies/cors`)
    await page.getByLabel('Header fields of the script').fill('content-type: application/json')
    await said('The page may read the answer')
    await said('PUT · content-type')
    const told = await toldFields('Preflight (OPTIONS)')
    const headers = {
      origin: ORIGIN,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type',
    }
    const real = await call({ path: '/shop', method: 'OPTIONS', headers })
    assert.equal(real.status, 204)
    assert.ok(Object.keys(told).length >= 4, JSON.stringify(told))
    for (const [name, value] of Object.entries(told)) assert.equal(real.headers[name], value, name)
    const cors = Object.keys(real.headers).filter((name) => name.startsWith('access-control-'))
    for (const name of cors) assert.equal(told[name], real.headers[name], name)
    const actual = await call({ path: '/shop', method: 'PUT', headers: { origin: ORIGIN } })
    for (const [name, value] of Object.entries(await toldFields('The request itself'))) {
      assert.equal(String(actual.headers[name]).toLowerCase(), value.toLowerCase(), name)
    }
  })

  test('the verdict follows what is typed, and says which check of the browser fails', async () => {
    await page.getByLabel('Origin of the page').fill('https://evil.example')
    await said('The browser does not send it')
    await said(/this origin is not listed in/)
    await page.getByLabel('Origin of the page').fill(ORIGIN)
    await page.getByLabel('Method').selectOption('DELETE')
    await said(/this method is not among the/)
    await page.getByLabel('Method').selectOption('PUT')
    await page.getByLabel('Header fields of the script').fill('x-secret')
    await said(/one of these fields is not among the/)
    await page.getByLabel('Header fields of the script').fill('content-type: application/json')
    await page.getByLabel(/With cookies/).check()
    await said(/Cookies go along, but/)
  })

  test('any origin together with cookies is refused, and the page says why', async () => {
    await page.getByLabel('Policy', { exact: true }).selectOption('own')
    await page.getByLabel('cors:').fill('{ origins: "*", credentials: true }')
    const problem = page.getByRole('alert').filter({ hasText: 'credentials' })
    await problem
      .getByText(/every site|any site|any origin|all origins/i)
      .first()
      .waitFor()
    await page.getByLabel('cors:').fill(`{ origins: ["${ORIGIN}"`)
    await said('This is no YAML.')
    await page
      .getByLabel('cors:')
      .fill(
        `{ origins: ["${ORIGIN}"], methods: [PUT], headers: [content-type], credentials: true }`,
      )
    await said('The page may read the answer')
  })

  test('a tried policy is put on a route, from here and from the route, and its users are listed', async () => {
    await page.getByLabel('Put the tried policy on route').selectOption('stock')
    await page.getByRole('button', { name: 'Attach' }).first().click()
    await said('In the draft: attached to stock')
    await policyOf('credentials: true').getByRole('link', { name: 'stock' }).waitFor()
    await page.goto(`${console.origin}/routes/stock`)
    assert.equal(await page.getByLabel('CORS').inputValue(), ORIGIN)
    await page.goto(`${console.origin}/policies/cors`)
    await policyOf('maxAge').getByRole('button', { name: 'Detach from shop' }).click()
    await said('In the draft: detached from shop')
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await policyOf('maxAge').getByRole('link', { name: 'shop' }).waitFor()
    await apply(2)
    const headers = { origin: ORIGIN, 'access-control-request-method': 'PUT' }
    const preflight = await call({ path: '/stock', method: 'OPTIONS', headers })
    assert.equal(preflight.headers['access-control-allow-credentials'], 'true')
  })

  test('a limit is drawn with its burst, and as a table', async () => {
    for (const [address, count] of CALLERS) {
      for (let i = 0; i < count; i++) await call({ path: '/stock', headers: from(address) })
    }
    await page.goto(`${console.origin}/policies/limits`)
    const picture = page.getByRole('img', {
      name: /At most 20 at once, and 10 every 1 s from then on/,
    })
    await picture.waitFor()
    await page.getByText('As a table').click()
    const rows = await page
      .getByRole('region', { name: 'Most requests of one caller' })
      .locator('tbody tr')
      .allTextContents()
    assert.equal(rows[0], '020')
    assert.equal(rows.at(-1), '6 s80')
    await page.getByLabel('Burst').fill('５')
    await page.getByRole('img', { name: /At most 5 at once/ }).waitFor()
    await page.getByLabel('Burst').fill('')
    await page.getByRole('img', { name: /At most 10 in any 1 s/ }).waitFor()
    await page.getByLabel('Rate').fill('often')
    await page.getByRole('alert').filter({ hasText: 'often' }).waitFor()
  })

  test('and counted on the recorded traffic of the last hour: how many callers it would have limited', async () => {
    await page.getByLabel('Counted on the record of').selectOption('stock')
    await page.getByLabel('Rate').fill('5/min')
    // The record is told by the workers a moment later.
    await until('the whole record', async () => {
      await page.getByRole('button', { name: 'Try it' }).first().click()
      return page.getByText('7 of 15 requests refused').isVisible()
    })
    await said('In the last hour, 1 of 3 callers would have been limited')
    const row = page.getByRole('row', { name: /203\.0\.113\.1/ })
    assert.match((await row.textContent()) ?? '', /ip 203\.0\.113\.1127/)
  })

  test('it says what holds while the store is away, goes to a route, and refuses as it was counted', async () => {
    await page.getByLabel('While the store is away').selectOption('closed')
    await said('limits: [ { onStoreDown: closed, rate: 5/min, key: [ ip ] } ]')
    await page.getByLabel('While the store is away').selectOption('')
    await said('limits: [ 5/min per ip ]')
    await page.getByLabel('Put the tried limit on route').selectOption('stock')
    await page.getByRole('button', { name: 'Attach' }).first().click()
    await said('In the draft: attached to stock')
    await page.goto(`${console.origin}/routes/shop`)
    await page.getByLabel('Limits').fill('5/min per ip')
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.goto(`${console.origin}/policies/limits`)
    const limit = policyOf('5/min per ip')
    await limit.getByRole('link', { name: 'shop' }).waitFor()
    await limit.getByRole('link', { name: 'stock' }).waitFor()
    await limit.getByRole('button', { name: 'Detach from shop' }).click()
    await limit.getByRole('link', { name: 'shop' }).waitFor({ state: 'detached' })
    await apply(3)
    const statuses: number[] = []
    for (let i = 0; i < 12; i++) {
      statuses.push((await call({ path: '/stock', headers: from('203.0.113.9') })).status)
    }
    assert.equal(statuses.filter((status) => status === 429).length, 7)
  })

  test('addresses, timeout and header rules are changed in a form, and hold once they are applied', async () => {
    await page.goto(`${console.origin}/policies/more`)
    await page.getByRole('button', { name: 'Change stock' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Timeout').fill('soon')
    await dialog.getByRole('button', { name: 'Put into the draft' }).click()
    await dialog.getByText('Write a time like 500ms or 15s.').waitFor()
    await dialog.getByLabel('Timeout').fill('2s')
    await dialog.getByLabel('Keep out').fill('203.0.113.0/30')
    await dialog.getByLabel('Send again at most').fill('2')
    await dialog.getByLabel('Answer: set fields').fill('x-frame-options: DENY')
    await dialog.getByRole('button', { name: 'Put into the draft' }).click()
    await said('In the draft: stock changed')
    const row = page.getByRole('row', { name: /stock/ })
    await row.getByText('{ deny: [ 203.0.113.0/30 ] }').waitFor()
    await apply(4)
    assert.equal((await call({ path: '/stock', headers: from('203.0.113.1') })).status, 403)
    const other = await call({ path: '/stock', headers: from('203.0.113.7') })
    assert.equal(other.status, 200)
    assert.equal(other.headers['x-frame-options'], 'DENY')
    assert.deepEqual(watched.complaints, [])
  })
})
