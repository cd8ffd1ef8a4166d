// What a change would do to those who call now, what keeps it from being applied, and how it goes back with nobody there.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { createTestIssuer } from '../support/test-issuer.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { writeIntoEditor } from './editor.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const SOONER = '4s'

suite('a change', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    upstream = await startUpstream()
    const issuer = await createTestIssuer()
    console = await startConsole({
      config: `workers: 2
issuers:
  idp: ${issuer.yaml}
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: shop, match: /shop/*, to: "${upstream.url}", auth: public }
  - { name: other, match: /other, to: "${upstream.url}", auth: public }
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  const ask = (path: string, localAddress = '127.0.0.1'): Promise<number> =>
    new Promise((done, fail) => {
      const port = console.gateway.port('plain')
      get({ host: '127.0.0.1', port, path, localAddress, agent: false }, (response) => {
        response.resume()
        done(response.statusCode ?? 0)
      }).once('error', fail)
    })
  const file = (): string => readFileSync(console.gateway.file, 'utf8')
  const press = (name: string): Promise<void> =>
    watched.page.getByRole('button', { name, exact: true }).click()
  const toReview = async (): Promise<void> => {
    await watched.page.getByRole('link', { name: 'Review and apply' }).click()
    await watched.page.getByText('Line by line').waitFor()
  }

  test('that asks for tokens is weighed against those who call without one', async () => {
    const { page } = watched
    for (let i = 0; i < 8; i++) assert.equal(await ask(`/shop/${i}`), 200)
    for (let i = 0; i < 4; i++) assert.equal(await ask(`/shop/${i}`, '127.0.0.2'), 200)
    for (let i = 0; i < 3; i++) assert.equal(await ask('/other'), 200)
    await page.goto(`${console.origin}/routes/shop`)
    await page.getByLabel('Who may call').selectOption('token')
    await page.getByLabel('Audience').fill('shop-api')
    await press('Put into the draft')
    await toReview()
    const impact = page.locator('.panel').filter({ hasText: 'Impact on recent requests' })
    await impact.getByText('12 of 15 recent requests would have ended otherwise:').waitFor()
    const group = impact.getByRole('listitem')
    assert.equal(await group.count(), 1)
    assert.match(
      (await group.innerText()).replaceAll(/\s+/g, ' '),
      /12 × 200 ok shop → 401 token_missing shop/,
    )
    await group.getByText('2 callers').click()
    assert.match(await group.innerText(), /127\.0\.0\.1 8 ×\s+127\.0\.0\.2 4 ×/)
    assert.equal(await ask('/shop/1'), 200)
    await group.getByRole('link', { name: 'Explain one' }).click()
    await page.locator('.verdict', { hasText: 'ok' }).waitFor()
    await page.goto(`${console.origin}/review`)
    await press('Discard the draft')
  })

  test('that is not valid cannot be applied, and each fault leads to its place', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/config`)
    const wrong = file()
      .replace('match: /other', 'match: /other?x')
      .replace('name: shop,', 'name: shop, tiemout: 5s,')
    await writeIntoEditor(page, wrong)
    await page.getByRole('link', { name: 'Review and apply' }).click()
    const problem = page.getByRole('alert').filter({ hasText: 'It cannot be applied as it is.' })
    await problem.waitFor()
    const apply = page.getByRole('button', { name: 'Apply', exact: true })
    assert.equal(await apply.getAttribute('aria-disabled'), 'true')
    await apply.click({ force: true })
    const links = problem.getByRole('button', { name: /^sallyport\.yaml:\d+:\d+$/ })
    const places = await links.allInnerTexts()
    assert.ok(places.length >= 2, places.join())
    for (const [at, place] of places.entries()) {
      const [, line = '', column = ''] = place.split(':')
      await links.nth(at).click()
      await page.waitForURL(`**/config?line=${line}&column=${column}`)
      // The cursor stands there, and what is typed goes there.
      await until('the cursor at the fault', async () => {
        const [focused, active] = await page.evaluate<[boolean, string | null]>(`(() => {
          const { shadowRoot } = document.querySelector('[data-editor]') ?? {}
          const isFocused = shadowRoot?.activeElement?.classList.contains('cm-content') ?? false
          return [isFocused, shadowRoot?.querySelector('.cm-activeLine')?.textContent ?? null]
        })()`)
        return focused && active === wrong.split('\n')[Number(line) - 1]
      })
      await page.goBack()
      await problem.waitFor()
    }
    await press('Discard the draft')
    assert.equal(await ask('/other'), 200)
  })

  test('that waits to be confirmed says what else takes it back, and by what command it is done', async () => {
    const { page } = watched
    const before = file()
    await page.goto(`${console.origin}/routes/other`)
    await page.getByLabel('Path', { exact: true }).fill('/moved')
    await press('Put into the draft')
    await toReview()
    await page.getByLabel('Why').fill("it's moved")
    await page.getByLabel('Take it back by itself').selectOption('60s')
    await page.getByText('The same by the command line and curl').click()
    await page
      .getByText(
        `npx sallyport apply sallyport.yaml -m 'it'\\''s moved' --confirm-within 60s --guard`,
      )
      .waitFor()
    await press('Apply')
    await page.getByText('Revision 2 is served by every process.').waitFor()
    const nodes = page.getByRole('list', { name: 'Nodes' })
    await nodes.getByText('✓ serves revision 2').waitFor()
    const banner = page.locator('.banner.warn')
    await banner.getByText(/Taken back in \d+ s unless confirmed/).waitFor()
    await banner.getByText('5xx up by more than 5 points over 15 s').waitFor()
    await press('Take back now')
    await page.getByText('The change was taken back.').waitFor()
    assert.equal(file(), before)
  })

  test('goes back by itself when its page is closed, and the audit says so', async () => {
    const before = file()
    const other = await console.open('/routes/other')
    const { page } = other
    // The page asks for half a minute; nobody here has so long.
    await page.route('**/api/v1/config', async (route) => {
      const body = route.request().postDataJSON() as { confirmWithin?: string } | null
      if (route.request().method() !== 'PUT') return route.continue()
      assert.equal(body?.confirmWithin, '30s')
      return route.continue({ postData: JSON.stringify({ ...body, confirmWithin: SOONER }) })
    })
    await page.getByLabel('Path', { exact: true }).fill('/gone-soon')
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByRole('link', { name: 'Review and apply' }).click()
    await page.getByLabel('Take it back by itself').selectOption('30s')
    await page.getByLabel('Take it back where requests fail').uncheck()
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText(/is served by every process/).waitFor()
    assert.equal(await ask('/gone-soon'), 200)
    await other.close()
    await until('the file before', () => file() === before)
    await until('the routes before', async () => (await ask('/other')) === 200)
    assert.equal(await ask('/gone-soon'), 404)
    await watched.page.goto(`${console.origin}/audit?action=autoRevert`)
    const row = watched.page.getByRole('row', { name: /autoRevert/ })
    await row.locator('summary').click()
    await watched.page.getByText(/auto-reverted: the change before was not confirmed/).waitFor()
    await watched.page.goto(`${console.origin}/revisions`)
    await watched.page
      .getByText(/auto-reverted/)
      .first()
      .waitFor()
    assert.deepEqual([...watched.complaints, ...other.complaints], [])
  })
})
