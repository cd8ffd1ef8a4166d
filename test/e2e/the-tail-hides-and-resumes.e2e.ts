// What the live view must not show anybody, what it shows of both doors, and that it never hides a hole in its stream.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { controlOf } from '../support/process-tree.ts'
import { startTcpProxy, TcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'
import { chromiumPath, openPage, type WatchedPage } from './chromium.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const SECRET = 'c2VjcmV0LXZhbHVl'
const PASSWORD = 'another fine gate keeper'

suite('the live view', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    upstream = await startUpstream()
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: open, match: /open/*, to: "${upstream.url}", auth: public } ]
egress:
  plain: 127.0.0.1:0
  rules: [ { name: mail, from: ["*"], allow: [ "smtp.example.com:587" ], owner: ops } ]
telemetry: { mask: [ X-Patient ] }
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  const ask = async (path: string): Promise<void> => {
    const headers = {
      authorization: `Bearer ${SECRET}`,
      cookie: `session=${SECRET}`,
      'x-patient': `patient-${SECRET}`,
      'x-tenant': 'acme',
    }
    const url = `http://127.0.0.1:${console.gateway.port('plain')}${path}`
    await (await fetch(url, { headers })).text()
  }
  const follow = async (page: Page, query = ''): Promise<void> => {
    await page.goto(`${console.origin}/tail${query}`)
    await page.getByText('live', { exact: true }).waitFor()
  }
  /** What the stream itself brings, up to the first request; and what the other two ways to it answer. */
  const overTheWire = async (page: Page): Promise<string> => {
    const read = page.evaluate<string>(`(async () => {
      const stream = await fetch('/api/v1/events/requests?plane=edge')
      const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader()
      let text = ''
      while (!/event: request/.test(text)) text += (await reader.read()).value
      await reader.cancel()
      const all = await (await fetch('/api/v1/requests?limit=1&plane=edge')).text()
      const one = await fetch('/api/v1/requests/' + JSON.parse(all).items[0].id)
      return text + all + (await one.text())
    })()`)
    let isRead = false
    void read.finally(() => {
      isRead = true
    })
    await until('event', async () => {
      await ask(`/open/wire?name=Sato&access_token=${SECRET}`)
      return isRead
    })
    return read
  }

  test('masks tokens, cookies and configured fields on the page, in what is copied, saved and sent', async () => {
    const { page } = watched
    await follow(page)
    await ask(`/open/1?name=Sato&access_token=${SECRET}`)
    await page.getByRole('button', { name: /GET .*\/open\/1/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('summary').click()
    const shown = await dialog.innerText()
    for (const field of ['authorization', 'cookie', 'x-patient']) {
      assert.match(shown, new RegExp(`${field}: •••`))
    }
    assert.match(shown, /x-tenant: acme/)
    assert.match(shown, /name=Sato&access_token=•••/)
    await dialog.getByRole('button', { name: 'Copy as curl' }).click()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    assert.match(copied, /^curl 'http:\/\/127\.0\.0\.1:\d+\/open\/1\?name=Sato/)
    assert.match(copied, /-H 'authorization: •••'/)
    await page.keyboard.press('Escape')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save what is shown' }).click(),
    ])
    const saved = readFileSync(await download.path(), 'utf8')
    assert.equal(JSON.parse(saved.trim().split('\n')[0]!).facts.path, '/open/1')
    for (const text of [shown, copied, saved, await page.content(), await overTheWire(page)]) {
      assert.ok(!text.includes(SECRET))
    }
  })

  test('shows a viewer no value of a query, wherever it is looked for', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/access`)
    await page.getByRole('button', { name: 'Add user' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('vera')
    await dialog.getByLabel('Password').fill(PASSWORD)
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('vera may sign in.').waitFor()
    const viewer = await openPage(console.browser, console.origin)
    await viewer.page.goto(`${console.origin}/tail`)
    await signIn(viewer, 'vera', PASSWORD)
    await viewer.page.getByText('live', { exact: true }).waitFor()
    await ask('/open/2?name=Sato')
    await viewer.page.getByRole('button', { name: /GET .*\/open\/2/ }).click()
    await viewer.page.getByRole('dialog').getByText('name=•••').waitFor()
    assert.doesNotMatch(await viewer.page.content(), /Sato/)
    const sent = await overTheWire(viewer.page)
    assert.match(sent, /name=•••/)
    assert.doesNotMatch(sent, /Sato/)
    await viewer.close()
  })

  test('has what leaves beside what comes in, told apart by the server, and one click from why', async () => {
    const { page } = watched
    await follow(page)
    await ask('/open/3')
    const socket = connect(console.gateway.port('egress'), '127.0.0.1')
    socket.write('CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    const call = page.getByRole('button', { name: 'CONNECT api.example.com:443' })
    await call.waitFor()
    await page.getByRole('button', { name: /\/open\/3/ }).waitFor()
    const planes = page.getByRole('navigation', { name: 'Direction' })
    await planes.getByRole('link', { name: /^Egress/ }).click()
    await page.waitForURL(/\?plane=egress$/)
    const again = connect(console.gateway.port('egress'), '127.0.0.1')
    again.write('CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n')
    await page.getByText('live', { exact: true }).waitFor()
    await once(again, 'data')
    again.destroy()
    await ask('/open/4')
    await call.first().waitFor()
    assert.equal(await page.getByRole('button', { name: /\/open\// }).count(), 0)
    await call.first().click()
    await page.getByRole('link', { name: 'Explain' }).last().click()
    await page.getByText('no_rule').first().waitFor()
  })

  test('finds a word anywhere, keeps it in the address, and says what it waits for', async () => {
    const { page } = watched
    await follow(page)
    await page.getByRole('searchbox').fill('ＯＰＥＮ/5')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/tail\?q=/)
    await page.getByText('No request fits this filter yet:').waitFor()
    await page.getByText('live', { exact: true }).waitFor()
    await ask('/open/6')
    await ask('/open/5')
    await page.getByRole('button', { name: /\/open\/5/ }).waitFor()
    assert.equal(await page.locator('.tail tbody tr').count(), 1)
    await page.getByRole('link', { name: 'Clear the filter' }).click()
    await page.waitForURL(/\/tail$/)
  })

  test('takes up where it broke off, and shows a row where that cannot be done', async () => {
    const proxy = await startTcpProxy(Number(new URL(console.origin).port))
    const origin = `https://127.0.0.1:${proxy.port}`
    const far = await openPage(console.browser, origin)
    const { page } = far
    let again: TcpProxy | null = null
    try {
      await page.goto(`${origin}/tail`)
      await signIn(far)
      await page.getByText('live', { exact: true }).waitFor()
      await ask('/open/7')
      await page.getByRole('button', { name: /\/open\/7/ }).waitFor()
      const away = async (meanwhile: () => Promise<void>): Promise<void> => {
        await proxy.set({ kind: 'refuse' })
        await page.getByText('not live', { exact: true }).waitFor()
        await meanwhile()
        await proxy.set({ kind: 'pass', delayMs: 0 })
        await page.getByText('live', { exact: true }).waitFor()
      }
      await away(async () => {
        for (const number of [8, 9]) await ask(`/open/${number}`)
      })
      await page.getByRole('button', { name: /\/open\/9/ }).waitFor()
      const texts = await page.locator('.tail tbody tr').allInnerTexts()
      assert.deepEqual(
        texts.map((text) => /\/open\/\d/.exec(text)?.[0] ?? text),
        ['/open/9', '/open/8', '/open/7'],
      )
      // A control that knows nothing of what was seen before, behind the same address.
      await proxy.set({ kind: 'refuse' })
      process.kill(controlOf(console.gateway.process.pid!)!, 'SIGKILL')
      const doors = (): readonly string[] =>
        [...console.gateway.stderr().matchAll(/console is at https:\/\/127\.0\.0\.1:(\d+)/g)].map(
          ([, port]) => port!,
        )
      await until('another control', () => doors().length === 2)
      again = new TcpProxy(Number(doors()[1]))
      again.port = proxy.port
      await again.open()
      await page.getByText('live', { exact: true }).waitFor()
      await ask('/open/1')
      await page.getByRole('button', { name: /\/open\/1/ }).waitFor()
      const rows = await page.locator('.tail tbody tr').allInnerTexts()
      assert.match(rows[0]!, /\/open\/1/)
      assert.match(rows[1]!, /^Gap of \d+ s\. Some requests are missing here/)
      assert.match(rows[2]!, /\/open\/9/)
    } finally {
      await far.close()
      await proxy.close()
      await again?.close()
    }
    assert.deepEqual(watched.complaints, [])
  })
})
