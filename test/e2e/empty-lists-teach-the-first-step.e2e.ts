// A gateway with nothing in it: every list says what would be there and how to begin, and to a viewer who may begin.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { chromiumPath, openPage, type WatchedPage } from './chromium.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const VIEWER = { name: 'vera', role: 'viewer', password: 'a gate for every viewer' }

/** Lists of which nothing is there, and what to begin with: for everybody, or for who may change something. */
const LISTS: readonly (readonly [path: string, action: string, whom: 'all' | 'changing'])[] = [
  ['/tail', 'Send a test request', 'changing'],
  ['/explain', 'Watch the requests', 'all'],
  ['/explain/tests', 'Explain a request', 'all'],
  ['/releases', 'See the routes', 'all'],
  ['/policies', 'Protect your first service', 'changing'],
  ['/policies/cors', 'See the routes', 'changing'],
  ['/policies/limits', 'See the routes', 'changing'],
  ['/limits', 'Try the limits', 'all'],
  ['/egress', 'Ask whether a call would go out', 'all'],
  ['/egress/rules', 'Add a rule', 'changing'],
  ['/egress/learned', 'Watch the calls', 'all'],
  ['/services/tokens', 'Make a join token', 'changing'],
  ['/certificates/identities', 'Make a join token', 'changing'],
  ['/access/tokens', 'Make a token', 'all'],
  ['/audit?actor=nobody', 'Clear filter', 'all'],
  ['/review', 'Change a route', 'changing'],
]

suite('empty lists', { skip, timeout: 120_000 }, () => {
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let viewer: WatchedPage

  before(async () => {
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
services: { billing: { mesh: true } }
routes: [ { name: one, match: /one, to: billing, auth: public } ]
mesh: { trustDomain: example.internal }
egress: { plain: "127.0.0.1:0", rules: [] }
`,
    })
    watched = await setUp(console)
    await watched.page.evaluate(async (user) => {
      const me = await fetch('/api/v1/me')
      const { csrfToken } = (await me.json()) as { csrfToken: string }
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken }
      await fetch('/api/v1/users', { method: 'POST', headers, body: JSON.stringify(user) })
    }, VIEWER)
    viewer = await openPage(console.browser, console.origin)
    await viewer.page.goto(console.origin)
    await signIn(viewer, VIEWER.name, VIEWER.password)
  })

  after(async () => {
    await viewer?.close()
    await watched?.close()
    await console?.close()
  })

  const emptyAt = async (page: Page, path: string) => {
    await page.goto(`${console.origin}${path}`)
    const empty = page.locator('.empty').first()
    await empty.waitFor()
    return empty
  }

  for (const [path, action, whom] of LISTS) {
    test(`${path} teaches the first step`, async () => {
      const empty = await emptyAt(watched.page, path)
      assert.equal(await empty.locator('.button.primary').innerText(), action)
      assert.match(await empty.locator('pre').last().innerText(), /^npx sallyport \w/)
      const docs = empty.getByRole('link', { name: 'Documentation of the API' })
      assert.match((await docs.getAttribute('href'))!, /^\/api-docs\?op=\w+$/)
      if (whom === 'all') return
      const seen = await emptyAt(viewer.page, path)
      await seen.getByText('This takes the role of operator or administrator.').waitFor()
      assert.equal(await seen.locator('.button.primary').count(), 0)
      assert.equal(await viewer.page.locator('main a.button[href="/config"]').count(), 0)
    })
  }

  test('never show the wrong thing: nothing was complained about', () => {
    assert.deepEqual([...watched.complaints, ...viewer.complaints], [])
  })
})
