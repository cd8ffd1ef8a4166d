// Whom a limit refused stands on the page, is let through again by one click, and can be blocked for a while.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createTestIssuer, type TestIssuer } from '../support/test-issuer.ts'
import { ask, bearer } from '../integration/limits/client.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('a caller that a limit refused', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let issuer: TestIssuer
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    upstream = await startUpstream()
    issuer = await createTestIssuer()
    console = await startConsole({
      config: `workers: 1
issuers: { idp: ${issuer.yaml} }
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - name: orders
    match: /orders
    to: "${upstream.url}"
    auth: { issuer: idp, audience: api }
    limits: [ { name: plan, rate: 3/min, key: [sub] } ]
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  const call = async () => {
    const headers = bearer(await issuer.token('alice', 'api'))
    return ask(console.gateway.port('plain'), { path: '/orders', headers })
  }

  test('stands there with its countdown, and passes again after one click', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/limits`)
    await page.getByText('Nobody was limited lately.').waitFor()
    for (let i = 0; i < 3; i++) assert.equal((await call()).status, 200)
    const refused = await call()
    assert.equal(refused.status, 429)
    const row = page.getByRole('row', { name: /sub alice/ })
    await row.waitFor({ timeout: 5000 })
    const text = await row.textContent()
    const [, minutes = 0, seconds = 60] = /in (?:(\d+) min )?(\d+) s/.exec(text ?? '') ?? []
    const shown = Number(minutes) * 60 + Number(seconds)
    const passed = (performance.now() - refused.answeredMs) / 1000
    const told = Number(refused.headers['retry-after']) - passed
    assert.ok(Math.abs(shown - told) <= 2, `${shown} and ${told}: ${text}`)
    await row.getByText('plan').waitFor()
    await row.getByRole('button', { name: 'Reset' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Reset', exact: true }).click()
    await page.getByText('sub alice is counted anew on every node.').waitFor()
    assert.equal((await call()).status, 200)
  })

  test('is blocked with a reason, which stands there until it is ended', async () => {
    const { page } = watched
    await page.getByRole('button', { name: 'Block or change…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('What').selectOption('block')
    await dialog.getByRole('button', { name: 'Block', exact: true }).click()
    await dialog.getByText('Say why.').waitFor()
    await dialog.getByLabel('Reason').fill('scrapes the catalogue')
    await dialog.getByRole('button', { name: 'Block', exact: true }).click()
    await page.getByText('sub alice is blocked on every node.').waitFor()
    const blocked = await call()
    assert.equal(blocked.status, 429)
    assert.match(blocked.body, /limit_blocked/)
    const measure = page.getByRole('listitem').filter({ hasText: 'scrapes the catalogue' })
    await measure.getByText('by alice').waitFor()
    await measure.getByRole('button', { name: 'End it' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'End it', exact: true }).click()
    await page.getByText('sub alice is limited as configured again.').waitFor()
    assert.equal((await call()).status, 200)
    assert.deepEqual(watched.complaints, [])
  })
})
