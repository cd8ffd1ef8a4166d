// From a blank machine to a protected service and a proxied 200, and its policies tried, in a real browser.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import {
  startIdentityProvider,
  type IdentityProvider,
} from '../integration/edge/identity-provider.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { NAME, PASSWORD, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('a first service', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let provider: IdentityProvider
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    upstream = await startUpstream()
    provider = await startIdentityProvider()
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
issuers: { idp: ${provider.issuer} }
routes:
  - { name: placeholder, match: /placeholder, to: "http://127.0.0.1:1", auth: { issuer: idp, audience: api }, cors: "https://app.example.com", limits: [ 5/min per sub ] }
`,
    })
    watched = await console.open(`/setup#token=${console.setupToken}`)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await provider?.stop()
    await upstream?.close()
  })

  test('is served after six fields, and a test request shows it', async () => {
    const { page } = watched
    let fields = 1 // the token, which the address brought
    const fill = async (label: string, value: string): Promise<void> => {
      fields++
      await page.getByLabel(label, { exact: true }).fill(value)
    }
    await fill('Name', NAME)
    await fill('Password', PASSWORD)
    await page.getByRole('button', { name: 'Make the administrator' }).click()
    await page.getByRole('heading', { name: 'Protect your first service' }).waitFor()
    await fill('Address of your service', upstream.url)
    await fill('Path', '/shop/*')
    fields++
    await page.getByLabel('Who may call').selectOption('public')
    assert.ok(fields <= 6)
    await page.getByRole('button', { name: 'Put it to work' }).click()
    await page.getByText('Route first-service is served.').waitFor()
    await page.getByRole('button', { name: 'Send test request' }).click()
    const result = page.getByRole('status').filter({ hasText: 'Matched route' })
    await result.getByText('200', { exact: true }).waitFor()
    await result.getByRole('link', { name: 'first-service' }).waitFor()
    assert.match(await result.innerText(), /Latency\s+[\d.]+ ms/)
    assert.equal(upstream.seen.at(-1)?.url, '/shop/')
    assert.match(readFileSync(console.gateway.file, 'utf8'), /first-service/)
  })

  test('gets CORS that was tried before, by the draft', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/policies/cors`)
    await page.getByLabel('Policy', { exact: true }).selectOption('own')
    await page.getByLabel('cors:').fill('{ origins: "*", credentials: true }')
    await page.getByRole('button', { name: 'Simulate' }).click()
    await page
      .getByText(/would let every site act as the user/)
      .first()
      .waitFor()
    await page.getByLabel('cors:').fill('{ origins: https://app.example.com, methods: [GET, PUT] }')
    await page.getByRole('button', { name: 'Simulate' }).click()
    await page.getByText('The page may read the answer').waitFor()
    await page.getByText('access-control-allow-methods').waitFor()
    await page
      .getByLabel('Put the tried policy on route', { exact: true })
      .selectOption('first-service')
    await page.getByRole('button', { name: 'Attach' }).first().click()
    await page.getByText('In the draft: attached to first-service').waitFor()
    await page.getByText('1 change').first().waitFor()
  })

  test('is explained, with who lost, and kept as a policy test', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/explain?url=https://localhost/placeholder`)
    await page.getByRole('button', { name: 'Explain', exact: true }).click()
    const contest = page.locator('.panel').filter({ hasText: 'Which route wins?' })
    await contest.getByRole('link', { name: 'first-service' }).waitFor()
    await page.getByLabel('What it shows').fill('strangers stay out')
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.goto(`${console.origin}/explain/tests`)
    await page.getByRole('button', { name: 'Run all' }).click()
    await page.getByText('1 of 1 pass').waitFor()
  })

  test('shows its tokens to nobody until they are verified', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/explain/token`)
    await page.getByLabel('For route').waitFor()
    const asked: string[] = []
    // What is read again and again by the frame around the page knows nothing of the token.
    page.on('request', (request) => {
      if (request.method() !== 'GET' || /issuers|explain/.test(request.url())) {
        asked.push(request.url())
      }
    })
    const token = await provider.token()
    await page.getByLabel('Token (JWT)').fill(token)
    await page.getByText('"alice"').waitFor()
    assert.deepEqual(asked, [])
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByText('a key of the issuer', { exact: true }).waitFor()
    await page.getByText('Let through').waitFor()
    const history = await page.locator('.panel').filter({ hasText: 'Verified here' }).innerText()
    assert.match(history, /•••/)
    assert.ok(!history.includes(token.slice(-20)))
    await page.goto(`${console.origin}/policies`)
    await page.getByLabel('Issuer', { exact: true }).fill(provider.issuer)
    await page.getByRole('button', { name: 'Fetch discovery' }).click()
    await page.getByText('Configured as idp').waitFor()
    await page.getByRole('cell', { name: 'key-1' }).waitFor()
    assert.deepEqual(watched.complaints, [])
  })
})
