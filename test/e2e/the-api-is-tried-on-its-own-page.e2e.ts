// The page about the API shows what the gateway's own description says, and sends real calls with the session of whoever looks.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { callApi } from '../../gateway/cli/api-client.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { chromiumPath, openPage, type WatchedPage } from './chromium.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const VIEWER_PASSWORD = 'only looks at every call'

interface Described {
  readonly openapi: string
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId: string }>>>
  >
}

suite('the page about the API', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let page: Page

  before(async () => {
    upstream = await startUpstream()
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "${upstream.url}", auth: public } ]
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

  const form = () => page.getByRole('form', { name: 'Try it' })

  test('lists every operation of the description, under a policy that lets nothing in from elsewhere', async () => {
    const response = await page.goto(`${console.origin}/api-docs`)
    const policy = response?.headers()['content-security-policy'] ?? ''
    assert.match(policy, /default-src 'none'|default-src 'self'/)
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
    const spec = await page.evaluate<Described>(
      `fetch('/openapi.json').then((answer) => answer.json())`,
    )
    assert.match(spec.openapi, /^3\.1\./)
    const ids = Object.values(spec.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    const listed = page
      .getByRole('navigation', { name: 'Operations' })
      .locator('a > span:last-child')
    await listed.first().waitFor()
    assert.deepEqual((await listed.allTextContents()).toSorted(), ids.toSorted())
    await page.getByLabel('Search the operations').fill('ｌｉｍｉｔｓ ｋｅｙ')
    await page.waitForURL(/[?&]q=/)
    await listed.filter({ hasText: 'resetLimitedKey' }).waitFor()
    assert.equal(await listed.filter({ hasText: 'applyConfig' }).count(), 0)
  })

  test('sends what reads at once, and shows the answer', async () => {
    await page.goto(`${console.origin}/api-docs?op=listRequests`)
    await form().getByLabel('limit').fill('none')
    await form().getByRole('button', { name: 'Send' }).click()
    await page.getByRole('alert').getByText(/limit/).first().waitFor()
    await form().getByLabel('limit').fill('５')
    await form().getByRole('button', { name: 'Send' }).click()
    const answer = page.getByLabel('Answer', { exact: true })
    assert.deepEqual(Object.keys(JSON.parse((await answer.textContent()) ?? '') as object), [
      'items',
      'missing',
    ])
  })

  test('asks once more before it sends what changes, with the session’s own token against forgery', async () => {
    await page.goto(`${console.origin}/api-docs?op=sendTestRequest`)
    await form().getByLabel('Body').fill('{ "url": ')
    await page.getByText('This is not JSON.').waitFor()
    await form().getByLabel('Body').fill('{ "url": "http://localhost/one" }')
    await form().getByText('-d \'{ "url": "http://localhost/one" }\'').waitFor()
    await form().getByRole('button', { name: 'Send the change…' }).click()
    assert.equal(upstream.seen.length, 0)
    const sent = page.waitForRequest((request) => request.url().endsWith('/api/v1/test-request'))
    await page.getByRole('dialog').getByRole('button', { name: 'Send', exact: true }).click()
    const headers = await (await sent).allHeaders()
    assert.ok((headers['x-csrf-token'] ?? '').length >= 20)
    assert.equal(headers['authorization'], undefined)
    const answer = page.getByLabel('Answer', { exact: true })
    await answer.getByText(/"route": "one"/).waitFor()
    assert.equal(upstream.seen.length, 1)
    const bare = await page.evaluate<number>(`fetch('/api/v1/test-request', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{ "url": "http://localhost/one" }',
    }).then((answer) => answer.status)`)
    assert.equal(bare, 403)
    assert.equal(upstream.seen.length, 1)
    await page.goto(`${console.origin}/audit`)
    await page.getByText('test-request/GET http://localhost/one').first().waitFor()
  })

  test('wants what the path needs, and tells a refusal with its cause and request id', async () => {
    await page.goto(`${console.origin}/api-docs?op=readLimitedKey`)
    await form().getByRole('button', { name: 'Send' }).click()
    await page.getByText('Fill this in.').waitFor()
    await form().getByLabel('key').fill('0'.repeat(32))
    await form().getByRole('button', { name: 'Send' }).click()
    const problem = page.getByRole('alert')
    await problem.getByText('Request id').waitFor()
    await problem.getByRole('button', { name: 'Copy details' }).waitFor()
  })

  test('lets a viewer read everything and send no change', async () => {
    const path = join(console.gateway.folder, 'data/control.sock')
    const user = { name: 'vera', role: 'viewer', password: VIEWER_PASSWORD }
    await callApi({ kind: 'socket', path }, 'POST', '/api/v1/users', user)
    const viewer = await openPage(console.browser, console.origin)
    await viewer.page.goto(`${console.origin}/`)
    await signIn(viewer, 'vera', VIEWER_PASSWORD)
    await viewer.page.goto(`${console.origin}/api-docs?op=applyConfig`)
    await viewer.page.getByText('Your role may not do this.').waitFor()
    assert.equal(await viewer.page.getByRole('button', { name: /^Send/ }).count(), 0)
    await viewer.page.goto(`${console.origin}/api-docs?op=listIssuers`)
    await viewer.page.getByRole('button', { name: 'Send', exact: true }).click()
    await viewer.page.getByLabel('Answer', { exact: true }).getByText('"items": []').waitFor()
    assert.deepEqual([...watched.complaints, ...viewer.complaints], [])
    await viewer.close()
  })
})
