// The core journey in a real browser: set up, add a route, see the diff, apply, break it, ask why, go back.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:https'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { createTestIssuer } from '../support/test-issuer.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const agent = new Agent({ rejectUnauthorized: false, keepAlive: false })

suite('an operator with nothing but the console', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let page: Page

  before(async () => {
    upstream = await startUpstream()
    const issuer = await createTestIssuer()
    console = await startConsole({
      config: `# The shop's gateway.
workers: 2
issuers:
  idp: ${issuer.yaml}
listeners:
  - { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } }
routes:
  - { name: status, match: localhost/status, to: "${upstream.url}", auth: public } # stays as it is
`,
    })
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  /** Status and request id of an answer of the edge. */
  const ask = (path: string): Promise<{ status: number; id: string }> =>
    new Promise((done, fail) => {
      const options = { agent, port: console.gateway.port('public'), host: 'localhost', path }
      get(options, (response) => {
        response.resume()
        done({ status: response.statusCode ?? 0, id: String(response.headers['x-request-id']) })
      }).once('error', fail)
    })

  const said = (text: string | RegExp) => page.getByText(text).first().waitFor()
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

  test('sets up with the printed token, which is gone from the address at once', async () => {
    const anybody = await console.browser.newPage({ ignoreHTTPSErrors: true })
    await anybody.goto(`${console.origin}/routes`)
    await anybody.waitForURL('**/setup')
    await anybody.getByText(`cat ${console.gateway.folder}/data/setup-token`).waitFor()
    await anybody.getByRole('button', { name: 'Make the administrator' }).click()
    await anybody.getByText('Still missing:').waitFor()
    await anybody.close()
    watched = await setUp(console)
    page = watched.page
    assert.equal(await page.evaluate('location.hash'), '')
    await page.getByRole('link', { name: 'Later: take me to the console' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
  })

  test('cannot set up a second time', async () => {
    const again = await console.open('/setup')
    await again.page.getByText('This gateway is set up already.').waitFor()
    await again.page.getByRole('link', { name: 'Sign in' }).click()
    await signIn(again)
    await again.close()
  })

  test('adds a route by the form, and sees what would change before it does', async () => {
    await page.getByRole('link', { name: 'Routes', exact: true }).click()
    await page.getByRole('link', { name: 'Add route' }).click()
    await page.getByLabel('Name').fill('orders')
    await page.getByLabel('Goes to').fill(upstream.url)
    await page.getByLabel('Hosts').fill('ＬＯＣＡＬＨＯＳＴ')
    await said('Read as localhost')
    await page.getByLabel('Path').fill('/orders/*')
    await page.getByLabel('Who may call').selectOption('public')
    await press('Put into the draft')
    await said('Nothing has changed for anybody yet.')
    assert.equal((await ask('/orders/7')).status, 404)
    await page.getByRole('link', { name: 'Review and apply' }).click()
    await said('routes › orders')
    await page.locator('.diff tr.added').first().waitFor()
    await said('Impact on recent requests')
  })

  test('applies it, and is told so only when it is served', async () => {
    await page.getByLabel('Why').fill('the orders team asked <img src=x onerror=alert(1)>')
    await press('Apply')
    await said(/Revision 2 is served by every process/)
    assert.equal((await ask('/orders/7')).status, 200)
    const text = readFileSync(console.gateway.file, 'utf8')
    assert.match(text, /auth: public \} # stays as it is\n {2}- name: orders\n/)
    assert.match(text, /^# The shop's gateway\.\n/)
  })

  test('breaks it, and learns from a 401 which line did that', async () => {
    await page.goto(`${console.origin}/routes/orders`)
    await page.getByLabel('Who may call').selectOption('token')
    await page.getByLabel('Issuer of the token').selectOption('idp')
    await page.getByLabel('Audience').fill('orders-api')
    await press('Put into the draft')
    await page.getByRole('link', { name: 'Review and apply' }).click()
    await said(/would have ended otherwise/)
    await press('Apply')
    await said(/Revision 3 is served by every process/)
    const { status, id } = await ask('/orders/7')
    assert.equal(status, 401)
    await page.getByRole('link', { name: 'Explain', exact: true }).click()
    await page.getByRole('textbox').fill(id)
    await page.locator('form button[type=submit]').click()
    await page.locator('.verdict', { hasText: '401' }).waitFor()
    await page.locator('.trace li.fail', { hasText: 'token_missing' }).waitFor()
    await page.locator('.trace li.fail a', { hasText: /sallyport\.yaml:\d+:\d+/ }).click()
    await page.waitForURL(/\/config\?line=\d+/)
  })

  test('goes back, and the history says so', async () => {
    await page.goto(`${console.origin}/revisions`)
    await page.getByRole('link', { name: '2', exact: true }).click()
    await page.getByRole('heading', { name: 'Revision 2' }).waitFor()
    await press('Serve this again')
    await page.getByRole('dialog').getByRole('button', { name: 'Serve this again' }).click()
    await said(/Revision 4 is served by every process/)
    assert.equal((await ask('/orders/7')).status, 200)
    await said('restore of 2')
    await said('<img src=x onerror=alert(1)>')
  })

  test('meets no complaint of the policy, no fault of a script and no foreign request', () => {
    assert.deepEqual(watched.complaints, [])
  })
})
