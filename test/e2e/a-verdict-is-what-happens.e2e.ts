// What the form of the page about explanations says of a request is what the gateway then does; a case that is kept holds every later change to it.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  startIdentityProvider,
  type IdentityProvider,
} from '../integration/edge/identity-provider.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { ask } from '../integration/limits/client.ts'
import { randomFrom } from '../sidecar/forward/seeded-random.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const HOST = 'api.example.com'
const ORIGIN = 'https://app.example.com'
const CASES = 20
const PATHS = [
  '/open/1',
  '/orders/7',
  '/orders/7?state=x',
  '/admin/x',
  '/tenant',
  '/nowhere',
  '/orders/%2e%2e/admin',
]
const METHODS = ['GET', 'GET', 'GET', 'POST', 'DELETE', 'OPTIONS']

interface Case {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** '' for none. */
  readonly token: string
}

suite('a verdict', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let provider: IdentityProvider
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let page: Page

  before(async () => {
    upstream = await startUpstream()
    provider = await startIdentityProvider()
    console = await startConsole({
      config: `workers: 1
issuers: { idp: ${provider.issuer} }
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off, trustedHops: 1 } ]
services: { api: { endpoints: [ "${upstream.url}" ] } }
routes:
  - { name: open, match: /open/*, to: api, auth: public, cors: { origins: ["${ORIGIN}"], methods: [GET, POST] }, ip: { deny: [203.0.113.0/24] } }
  - { name: orders, match: { path: /orders/*, methods: [GET, POST] }, to: api, cors: "${ORIGIN}", auth: { issuer: idp, audience: [api, web] } }
  - { name: admin, match: /admin/*, to: api, auth: { issuer: idp, audience: api, scope: "api:admin", claims: { tenant: [acme] } } }
  - { name: tenant, match: { path: /tenant, headers: { x-tenant: acme } }, to: api, auth: public }
  - { name: elsewhere, match: other.example.com/orders/special, to: api, auth: public }
  - { name: special, match: { hosts: ${HOST}, path: /orders/special, methods: [POST] }, to: api, auth: public }
`,
    })
    watched = await setUp(console)
    page = watched.page
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
    await provider?.stop()
  })

  const real = async ({ method, path, headers, token }: Case): Promise<number> => {
    const authorization = token === '' ? {} : { authorization: `Bearer ${token}` }
    const all = { host: HOST, ...headers, ...authorization }
    return (await ask(console.gateway.port('plain'), { method, path, headers: all })).status
  }

  const fillIn = async ({ method, path, headers, token }: Case): Promise<void> => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    await page.getByLabel('URL').fill(`http://${HOST}${path}`)
    await page.getByLabel('Method').selectOption(method)
    await page.getByLabel('Header fields').fill(lines.join('\n'))
    await page.getByLabel('Token (JWT), if any').fill(token)
    const answered = page.waitForResponse((response) => response.url().endsWith('/api/v1/explain'))
    await page.getByRole('button', { name: 'Explain', exact: true }).click()
    await answered
    await page.locator('.verdict').first().waitFor()
  }

  async function generated(): Promise<readonly Case[]> {
    const random = randomFrom(11)
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
    const good = await provider.token({ claims: { scope: 'api:admin', tenant: 'acme' } })
    const tokens = [
      good,
      await provider.token(),
      await provider.token({ claims: { scope: 'api:admin', tenant: 'other' } }),
      await provider.token({ claims: { aud: 'mobile' } }),
      await provider.token({ expiresIn: -3600 }),
      await provider.token({ claims: { iss: 'https://other.example/' } }),
      await provider.token({ header: { kid: 'nobody' } }),
      `${good.slice(0, -6)}AAAAAA`,
      'not.a.token',
    ]
    return Array.from({ length: CASES }, () => {
      const method = pick(METHODS)
      const headers: Record<string, string> = {}
      if (random() < 0.4) headers['origin'] = pick([ORIGIN, 'https://evil.example'])
      if (method === 'OPTIONS') headers['access-control-request-method'] = pick(['GET', 'DELETE'])
      if (random() < 0.5) headers['x-tenant'] = pick(['acme', 'other'])
      if (random() < 0.5) headers['x-forwarded-for'] = pick(['203.0.113.9', '198.51.100.7'])
      return { method, path: pick(PATHS), headers, token: random() < 0.7 ? pick(tokens) : '' }
    })
  }

  test(`of ${CASES} generated requests is what the gateway then does`, async () => {
    await page.goto(`${console.origin}/explain`)
    await page.getByRole('link', { name: 'Fill in a form' }).click()
    const statuses: number[] = []
    for (const one of await generated()) {
      await fillIn(one)
      const shown = (await page.locator('.verdict strong').first().textContent()) ?? ''
      const status = await real(one)
      const said = `${JSON.stringify(one)}: ${shown}`
      if (shown === 'whatever the service answers') assert.equal(status, 200, said)
      else assert.equal(Number(shown), status, said)
      statuses.push(status)
    }
    assert.ok(new Set(statuses).size >= 5, statuses.join(' '))
  })

  test('depends on the client’s address too, which the form can say', async () => {
    const one = { method: 'GET', path: '/open/1', headers: {}, token: '' }
    await page.getByLabel('Address of the client').fill('203.0.113.50')
    await fillIn(one)
    await page.locator('.verdict', { hasText: '403' }).waitFor()
    await page.getByText('Explain it by the command line').click()
    await page
      .getByText(`npx sallyport explain --client 203.0.113.50 -- curl 'http://${HOST}/open/1'`)
      .waitFor()
    await page.getByLabel('Address of the client').fill('')
  })

  test('names the route that wins, and all others in order with why each lost', async () => {
    const one = { method: 'POST', path: '/orders/special', headers: {}, token: '' }
    await fillIn(one)
    const contest = page.locator('section').filter({ hasText: 'Which route wins?' }).last()
    const rows = await contest.getByRole('listitem').allTextContents()
    assert.match(rows[0]!, /takes it.*special/)
    const names = await contest.getByRole('listitem').locator('a:first-of-type').allTextContents()
    const order = names.filter((name) => !name.startsWith('sallyport.yaml'))
    const reasons = Object.fromEntries(order.map((name, index) => [name, rows[index]!]))
    assert.equal(Object.keys(reasons).length, 6)
    assert.match(reasons['orders']!, /^less specific/)
    assert.match(reasons['elsewhere']!, /^other host/)
    assert.match(reasons['admin']!, /^other path/)
    assert.ok(
      rows.findIndex((row) => row.includes('less specific')) <
        rows.findIndex((row) => row.includes('other path')),
    )
    for (const row of rows) assert.match(row, /sallyport\.yaml:\d+:\d+$/)
    await page.getByRole('button', { name: 'Send test request' }).click()
    const answered = page.getByRole('status').filter({ hasText: 'Matched route' })
    await answered.getByRole('link', { name: 'special' }).waitFor()
    await fillIn({ ...one, method: 'GET' })
    await page.locator('.verdict', { hasText: '401' }).waitFor()
    assert.match(
      (await contest.getByRole('listitem').first().textContent()) ?? '',
      /takes it.*orders/,
    )
    await contest
      .getByRole('listitem')
      .filter({ hasText: 'other method' })
      .getByRole('link', { name: 'special' })
      .waitFor()
  })

  test('is kept as a policy test, in the draft and then in the file', async () => {
    await fillIn({ method: 'GET', path: '/orders/7', headers: {}, token: '' })
    await page.locator('.verdict code', { hasText: 'token_missing' }).waitFor()
    await page.getByLabel('What it shows').fill('strangers see no order')
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByText('In the draft: test “strangers see no order”').waitFor()
    await page.goto(`${console.origin}/explain/tests`)
    await page.getByRole('button', { name: 'Run all' }).click()
    await page.getByText('1 of 1 pass').waitFor()
    await page.goto(`${console.origin}/review`)
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText(/Revision 2 is served by every process/).waitFor()
    assert.match(
      readFileSync(console.gateway.file, 'utf8'),
      /tests:\n {2}- name: strangers see no order\n/,
    )
  })

  test('that a change would turn around blocks it: nothing is applied, and the page says which test fails', async () => {
    await page.goto(`${console.origin}/routes/orders`)
    await page.getByLabel('Who may call').selectOption('public')
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.goto(`${console.origin}/explain/tests`)
    await page.getByRole('button', { name: 'Run all' }).click()
    await page.getByText('0 of 1 pass').waitFor()
    await page.goto(`${console.origin}/review`)
    await page
      .getByText(/strangers see no order/)
      .first()
      .waitFor()
    await page.getByText('It cannot be applied as it is.').waitFor()
    const apply = page.getByRole('button', { name: 'Apply', exact: true })
    assert.equal(await apply.getAttribute('aria-disabled'), 'true')
    await apply.focus()
    await page.keyboard.press('Enter')
    assert.equal(await page.getByText(/Revision 3/).count(), 0)
    assert.equal(await real({ method: 'GET', path: '/orders/7', headers: {}, token: '' }), 401)
    assert.doesNotMatch(readFileSync(console.gateway.file, 'utf8'), /name: orders.*auth: public/)
    assert.deepEqual(watched.complaints, [])
  })
})
