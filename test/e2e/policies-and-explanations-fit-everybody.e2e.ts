// The forms, dialogs and answers of policies and explanations: no serious fault that axe finds and no sideways scroll, in both languages and themes.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { callApi } from '../../gateway/cli/api-client.ts'
import { controlSocketPath } from '../../gateway/control/admin/local-socket.ts'
import { ask } from '../integration/limits/client.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { createTestIssuer } from '../support/test-issuer.ts'
import { violations } from './axe.ts'
import { chromiumPath, openPage } from './chromium.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const VIEWER_PASSWORD = 'only looks at every policy'

suite('policies and explanations', { skip, timeout: 150_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest

  before(async () => {
    upstream = await startUpstream()
    const issuer = await createTestIssuer()
    console = await startConsole({
      config: `workers: 1
issuers: { idp: ${issuer.yaml} }
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: orders, match: /orders/*, to: "${upstream.url}", auth: { issuer: idp, audience: web, claims: { tenant: [acme, other] } }, cors: "https://app.example.com" }
  - { name: hello, match: /hello, to: "${upstream.url}", auth: public, limits: [ 100/min per ip ], ip: { deny: [ 203.0.113.0/24 ] } }
tests: [ { name: strangers stay out, request: { url: "http://localhost/orders/1" }, expect: { status: 401 } } ]
`,
    })
    await (await setUp(console)).close()
    for (let i = 0; i < 5; i++) await ask(console.gateway.port('plain'), { path: '/hello' })
    const path = controlSocketPath(`${console.gateway.folder}/data`)
    const user = { name: 'vera', role: 'viewer', password: VIEWER_PASSWORD }
    await callApi({ kind: 'socket', path }, 'POST', '/api/v1/users', user)
  })

  after(async () => {
    await console?.close()
    await upstream?.close()
  })

  /** Each leads to something that is worth looking at. */
  const states: readonly (readonly [path: string, make: (page: Page) => Promise<void>])[] = [
    [
      '/policies',
      async (page) => {
        const hidden = page.locator('section.panel > .stack > details.more:not([open]) > summary')
        await hidden.first().waitFor()
        while ((await hidden.count()) > 0) await hidden.first().click()
        await page.locator('main form button[type=submit]').last().click()
        await page.locator('main form').nth(1).locator('button[type=submit]').click()
        await page.locator('.fault').first().waitFor()
      },
    ],
    [
      '/policies/cors',
      async (page) => {
        await page.locator('.verdict').waitFor()
        await page.locator('main select').first().selectOption('own')
        await page.locator('main textarea').fill('{ origins: "*", credentials: true }')
        await page.getByRole('alert').waitFor()
      },
    ],
    ['/policies/limits', (page) => page.locator('svg.chart').waitFor()],
    [
      '/policies/more',
      async (page) => {
        await page.locator('td button').first().click()
        await page.getByRole('dialog').waitFor()
      },
    ],
    [
      '/explain?by=form',
      async (page) => {
        await page.locator('main form input').first().fill('http://localhost/orders/7')
        await page.locator('main form button[type=submit]').click()
        await page.locator('.trace').waitFor()
      },
    ],
  ]

  for (const [language, theme, width] of [
    ['en', 'light', 1440],
    ['ja', 'dark', 1440],
    ['en', 'dark', 390],
    ['ja', 'light', 320],
  ] as const) {
    test(`can be used by everybody: ${language}, ${theme}, ${width} px`, async () => {
      const watched = await console.open('/', { language, theme, width })
      const { page } = watched
      for (const [path, make] of states) {
        await page.goto(`${console.origin}${path}`)
        await make(page)
        // What lies below the bar at the top just now is no smaller for that.
        await page.evaluate('scrollTo(0, 0)')
        assert.deepEqual(await violations(page), [], path)
        const wide = Number(
          await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
        )
        assert.ok(wide <= 0, `${path} is ${wide} px too wide`)
      }
      assert.deepEqual(watched.complaints, [])
      await watched.close()
    })
  }

  test('are tried and explained by a viewer, who is offered nothing that changes', async () => {
    const { page, close, complaints } = await openPage(console.browser, console.origin)
    await page.goto(`${console.origin}/`)
    await signIn({ page, close, complaints }, 'vera', VIEWER_PASSWORD)
    const shown: readonly (readonly [path: string, locator: string])[] = [
      ['/policies', 'section.panel'],
      ['/policies/cors', '.verdict'],
      ['/policies/limits', 'svg.chart'],
      ['/policies/more', 'td'],
      ['/explain/tests', 'td'],
    ]
    for (const [path, locator] of shown) {
      await page.goto(`${console.origin}${path}`)
      await page.locator(locator).first().waitFor()
      const changing = /draft|Attach|Detach|Change|Remove|Fetch|Send/
      assert.equal(await page.getByRole('button', { name: changing }).count(), 0, path)
    }
    await page.getByRole('button', { name: 'Run all' }).click()
    await page.getByText('1 of 1 pass').waitFor()
    await page.goto(`${console.origin}/explain?by=form`)
    await page.getByLabel('URL').fill('http://localhost/orders/7')
    await page.getByRole('button', { name: 'Explain', exact: true }).click()
    await page.locator('.verdict', { hasText: '401' }).waitFor()
    assert.equal(await page.getByText('Save as policy test').count(), 0)
    assert.equal(await page.getByRole('button', { name: 'Send test request' }).count(), 0)
    assert.deepEqual(complaints, [])
    await close()
  })
})
