// The page about rate limits with its dialogs: no serious fault that axe finds, no sideways scroll, nothing to change for viewers.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { callApi } from '../../gateway/cli/api-client.ts'
import { ask } from '../integration/limits/client.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { until } from '../support/until.ts'
import { violations } from './axe.ts'
import { chromiumPath, openPage } from './chromium.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const VIEWER_PASSWORD = 'only looks at every caller'

const WORDS = {
  en: { change: 'Block or change…', details: 'Details', reset: 'Reset' },
  ja: { change: 'ブロック・変更…', details: '詳細', reset: 'リセット' },
}

suite('the page about rate limits', { skip, timeout: 180_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest

  const api = (method: string, path: string, body?: unknown) => {
    const socket = {
      kind: 'socket',
      path: join(console.gateway.folder, 'data/control.sock'),
    } as const
    return callApi(socket, method, path, body)
  }

  before(async () => {
    upstream = await startUpstream()
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "${upstream.url}", auth: public, limits: [ 2/min per ip ] } ]
`,
    })
    await (await setUp(console)).close()
    for (let i = 0; i < 5; i++) await ask(console.gateway.port('plain'), { path: '/one' })
    let key = ''
    await until('a limited caller', async () => {
      const { items } = (await api('GET', '/api/v1/limits/keys')) as { items: { key: string }[] }
      key = items[0]?.key ?? ''
      return key !== ''
    })
    const body = {
      for: '1h',
      reason: 'a reason that is long enough to need several lines'.repeat(3),
    }
    await api('POST', `/api/v1/limits/keys/${key}:block`, body)
    await api('POST', '/api/v1/users', { name: 'vera', role: 'viewer', password: VIEWER_PASSWORD })
  })

  after(async () => {
    await console?.close()
    await upstream?.close()
  })

  for (const [language, theme, width] of [
    ['en', 'light', 1440],
    ['ja', 'dark', 1440],
    ['en', 'dark', 390],
    ['ja', 'light', 390],
  ] as const) {
    test(`can be used by everybody: ${language}, ${theme}, ${width} px`, async () => {
      const watched = await console.open('/', { language, theme, width })
      const { page } = watched
      const t = WORDS[language]
      await page.goto(`${console.origin}/limits`)
      const faults: string[] = []
      for (const name of [null, t.change, t.details, t.reset]) {
        if (name !== null) await page.getByRole('button', { name, exact: true }).first().click()
        else await page.getByRole('button', { name: t.reset, exact: true }).waitFor()
        faults.push(...(await violations(page)))
        await page.keyboard.press('Escape')
      }
      assert.deepEqual(faults, [])
      const wide = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'))
      assert.ok(wide <= 0, `${wide} px too wide`)
      assert.deepEqual(watched.complaints, [])
      await watched.close()
    })
  }

  test('shows a viewer who is limited and why, and nothing to change', async () => {
    const viewer = await openPage(console.browser, console.origin)
    await viewer.page.goto(`${console.origin}/limits`)
    await signIn(viewer, 'vera', VIEWER_PASSWORD)
    await viewer.page.goto(`${console.origin}/limits`)
    await viewer.page.getByRole('row', { name: /ip 127\.0\.0\.1/ }).waitFor()
    await viewer.page.getByText(/by local/).waitFor()
    for (const name of ['Reset', 'Block or change…', 'End it']) {
      assert.equal(await viewer.page.getByRole('button', { name, exact: true }).count(), 0)
    }
    await viewer.page.getByRole('button', { name: 'Details' }).click()
    await viewer.page.getByText('by each node for itself').waitFor()
    assert.equal(await viewer.page.getByText('Kept there').count(), 0)
    await viewer.close()
  })
})
