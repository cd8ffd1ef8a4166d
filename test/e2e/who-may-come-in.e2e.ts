// Access in a real browser: viewers, the last administrator, tokens that are shown once, and a provider that is away.

import assert from 'node:assert/strict'
import { Agent, get } from 'node:https'
import { after, before, suite, test } from 'node:test'
import { CLIENT_ID, CLIENT_SECRET, startOidcProvider } from '../integration/admin/oidc-provider.ts'
import { until } from '../support/until.ts'
import { PATHS } from './all-pages.ts'
import { violations } from './axe.ts'
import { chromiumPath, openPage, type WatchedPage } from './chromium.ts'
import {
  NAME,
  PASSWORD,
  setUp,
  signIn,
  startConsole,
  type ConsoleUnderTest,
} from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const OTHER = 'two ducks on a pond'
/** What buttons that change something begin with; one's own token, session, password and second factor are everybody's. */
const CHANGING =
  /^(?:Add|Allow|Apply|Back up|Block|Confirm|Delete|Disable|Discard|Drain|Edit|Enable|Enforce|Ignore|Import|Keep|Make(?! a token)|Move|New|Override|Publish|Put|Remove|Renew|Reset|Restore|Rotate|Save(?! what is shown)|Serve|Set(?! it up)|Share|Switch|Tag|Take|Turn|Upload|Use|Write)/

suite('who may come in', { skip, timeout: 180_000 }, () => {
  let provider: Awaited<ReturnType<typeof startOidcProvider>>
  let isProviderUp = true
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let viewer: WatchedPage

  before(async () => {
    provider = await startOidcProvider()
    const oidc = JSON.stringify({
      issuer: provider.issuer,
      clientId: CLIENT_ID,
      clientSecret: '${env:OIDC_SECRET}',
      roles: { team: 'operator' },
    })
    const config = `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: orders, match: /orders, to: "http://127.0.0.1:1", auth: public }
  - { name: shop, match: /shop, to: [ { service: shop, weight: 50 }, { service: shop-v2, weight: 50 } ], auth: public }
services:
  shop: { endpoints: [ "http://127.0.0.1:1" ] }
  shop-v2: { endpoints: [ "http://127.0.0.1:1" ] }
egress: { plain: "127.0.0.1:0" }
`
    console = await startConsole({ config, env: { OIDC_SECRET: CLIENT_SECRET } }, `, oidc: ${oidc}`)
    watched = await setUp(console)
  })

  after(async () => {
    await viewer?.close()
    await watched?.close()
    await console?.close()
    if (isProviderUp) await provider?.stop()
  })

  const statusOf = (path: string, token: string): Promise<number> =>
    new Promise((done, fail) => {
      const agent = new Agent({ rejectUnauthorized: false, keepAlive: false })
      const headers = { authorization: `Bearer ${token}` }
      get(`${console.origin}${path}`, { agent, headers }, (response) => {
        response.resume()
        done(response.statusCode ?? 0)
      }).once('error', fail)
    })

  test('a user is added with a role, whose hint says what it may', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/access`)
    await page.getByRole('button', { name: 'Add user' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('vera')
    await dialog.getByText('reads everything, changes nothing').waitFor()
    await dialog.getByLabel('Password').fill(OTHER)
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('vera may sign in.').waitFor()
    await page.getByRole('row', { name: /^vera viewer everything off/ }).waitFor()
    assert.deepEqual(await violations(page), [])
  })

  test('a viewer sees no way to change anything, on any page', async () => {
    viewer = await openPage(console.browser, console.origin)
    const { page } = viewer
    await page.goto(console.origin)
    await signIn(viewer, 'vera', OTHER)
    const found: string[] = []
    for (const path of PATHS.filter((one) => !one.includes('?'))) {
      await page.goto(`${console.origin}${path}`)
      await page.locator('main#content h1').waitFor()
      await until('page', async () => (await page.locator('main .loading').count()) === 0)
      const texts = await page.locator('main button:not(th button):visible').allInnerTexts()
      const changing = texts.filter((text) => CHANGING.test(text.trim()))
      found.push(...changing.map((text) => `${path}: ${text}`))
    }
    assert.deepEqual(found, [])
    await page.goto(`${console.origin}/audit`)
    await page.getByRole('heading', { name: 'Not permitted' }).waitFor()
    assert.deepEqual(viewer.complaints, [])
  })

  test('a change that a viewer makes by hand is refused and told', async () => {
    const status = await viewer.page.evaluate<number>(`(async () => {
      const me = await (await fetch('/api/v1/me')).json()
      const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrfToken, 'if-match': '"x"' }
      const answer = await fetch('/api/v1/config', { method: 'PUT', headers, body: '{"text":"a: 1"}' })
      return answer.status
    })()`)
    assert.equal(status, 403)
    const { page } = watched
    await page.goto(`${console.origin}/audit?actor=vera&result=refused`)
    const row = page.getByRole('row', { name: /vera.*applyConfig.*not_permitted/ })
    await row.waitFor()
    assert.equal(await row.count(), 1)
  })

  test('a token is shown once, says what it is for, and opens nothing once it is revoked', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/access/tokens`)
    await page.getByRole('button', { name: 'Make a token' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('What it is for').fill('deploy')
    await dialog.getByLabel('Role').selectOption('operator')
    await dialog.getByLabel('Only for').fill('route:orders')
    await dialog.getByLabel('Valid for').selectOption('30d')
    await dialog.getByRole('button', { name: 'Make it' }).click()
    await dialog.getByText('Shown once, here and now:').waitFor()
    const secret = await dialog.locator('.copyable pre').first().innerText()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    assert.equal(await statusOf('/api/v1/me', secret), 200)
    await page.goto(`${console.origin}/access/tokens`)
    const row = page.getByRole('row', { name: /^deploy/ })
    await row.getByText('route:orders').waitFor()
    await row.getByText(/in 30 days|next month|in 29 days/).waitFor()
    assert.ok(!(await page.content()).includes(secret))
    const listed = await page.evaluate<string>(
      `fetch('/api/v1/tokens').then((answer) => answer.text())`,
    )
    assert.ok(listed.includes('deploy') && !listed.includes(secret.slice(17)))
    assert.match(listed, /"lastUsedAtMs":\d/)
    await row.getByRole('button', { name: 'Revoke' }).click()
    const dialogAgain = page.getByRole('dialog')
    await dialogAgain.getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('The token opens nothing any more.').waitFor()
    assert.equal(await statusOf('/api/v1/me', secret), 401)
  })

  test('the last administrator is neither demoted nor removed', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/access`)
    const own = page.getByRole('row', { name: new RegExp(`^${NAME}`) })
    await own.getByRole('button', { name: 'Change' }).waitFor()
    assert.equal(await own.getByRole('button', { name: 'Remove' }).count(), 0)
    await own.getByRole('button', { name: 'Change' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Role').selectOption('viewer')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('this is the last administrator').waitFor()
    await dialog.getByLabel('Role').selectOption('admin')
    await dialog.getByLabel('Only for').fill('route:orders')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('this is the last administrator').waitFor()
    const removed = await page.evaluate<number>(`(async () => {
      const me = await (await fetch('/api/v1/me')).json()
      const headers = { 'x-csrf-token': me.csrfToken }
      return (await fetch('/api/v1/users/${NAME}', { method: 'DELETE', headers })).status
    })()`)
    assert.equal(removed, 409)
    await page.goto(`${console.origin}/access`)
    await page.getByRole('row', { name: new RegExp(`^${NAME} you administrator`) }).waitFor()
  })

  test('a role that is changed holds at once: the session of before is over', async () => {
    const { page } = watched
    const row = page.getByRole('row', { name: /^vera/ })
    await row.getByRole('button', { name: 'Change' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Role').selectOption('operator')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('vera is changed.').waitFor()
    await viewer.page.goto(`${console.origin}/audit`)
    await signIn(viewer, 'vera', OTHER)
    await viewer.page.getByRole('heading', { name: 'Audit' }).waitFor()
  })

  test('who is in no group is told so at the door', async () => {
    provider.claims = { groups: ['strangers'], email: 'eve@example.com' }
    const other = await console.browser.newPage({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    await other.goto(console.origin)
    await other.getByRole('link', { name: 'Sign in with your organisation' }).click()
    await other.getByText('You are in no group that may come in here.').waitFor()
    await other.close()
  })

  test('a provider that is away keeps no local administrator out, and that is told loudly', async () => {
    await provider.stop()
    isProviderUp = false
    const other = await openPage(console.browser, console.origin)
    await other.page.goto(console.origin)
    // Where it is was learned while it was there: the browser is sent to it, and finds nobody.
    await other.page.getByRole('link', { name: 'Sign in with your organisation' }).click()
    await other.page.waitForURL(/chrome-error/)
    await other.page.goto(`${console.origin}/api/v1/oidc/callback?code=x&state=y`)
    await other.page.getByText('What came back could not be believed.').waitFor()
    assert.deepEqual(await violations(other.page), [])
    await signIn(other, NAME, PASSWORD)
    await other.page.goto(`${console.origin}/audit?action=signIn`)
    const row = other.page.getByRole('row', { name: new RegExp(`session/${NAME} done`) }).first()
    await row.getByText('past the identity provider').waitFor()
    const logged = /a local account signed in past the identity provider/
    assert.match(console.gateway.stdout() + console.gateway.stderr(), logged)
    await other.close()
  })
})
