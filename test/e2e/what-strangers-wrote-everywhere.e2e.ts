// The whole list of hostile texts in every place that takes one, on every page of the console: text, or refused in words.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { PATHS } from './all-pages.ts'
import { chromiumPath } from './chromium.ts'
import { writeIntoEditor } from './editor.ts'
import {
  fallen,
  PAYLOADS,
  startHostileConsole,
  TRACKER,
  type HostileConsole,
} from './hostile-console.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const HUGE = 'x'.repeat(65_536)

suite('hostile texts', { skip, timeout: 600_000 }, () => {
  let hostile: HostileConsole
  let origin: string

  before(async () => {
    hostile = await startHostileConsole(PAYLOADS)
    ;({ origin } = hostile.console)
  })

  after(() => hostile?.close())

  const read = (path: string): Promise<{ text: string; checksum: string }> =>
    hostile.watched.page.evaluate(`fetch(${JSON.stringify(path)}).then((answer) => answer.json())`)

  test('are no names, addresses or headers of a configuration, and the refusal shows them as text', async () => {
    const { text } = await read('/api/v1/config')
    const { page } = hostile.watched
    for (const payload of [...PAYLOADS, HUGE]) {
      const quoted = JSON.stringify(payload)
      const route = (part: string): string =>
        text.replace('routes:\n', `routes:\n  - { match: /x, auth: public, ${part} }\n`)
      const bad = [
        route(`name: ${quoted}, to: "http://127.0.0.1:1"`),
        route(`name: x, to: ${quoted}`),
        route(`name: x, to: "http://127.0.0.1:1", headers: { request: { set: { ${quoted}: a } } }`),
      ]
      for (const [index, draft] of bad.entries()) {
        const answer = await page.evaluate<{ status: number; type: string; options: string }>(
          `(async () => {
            const me = await (await fetch('/api/v1/me')).json()
            const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrfToken }
            const body = ${JSON.stringify(JSON.stringify({ text: draft }))}
            const answer = await fetch('/api/v1/config:try', { method: 'POST', headers, body })
            return {
              status: answer.status,
              type: answer.headers.get('content-type'),
              options: answer.headers.get('x-content-type-options'),
            }
          })()`,
        )
        assert.equal(answer.status, 422, `${index}: ${payload.slice(0, 40)}`)
        assert.match(answer.type, /^application\/problem\+json/)
        assert.equal(answer.options, 'nosniff')
      }
    }
    await page.goto(`${origin}/config`)
    await writeIntoEditor(page, text.replace('name: hello', `name: ${JSON.stringify(PAYLOADS[0])}`))
    await page.locator('.problem').waitFor()
    assert.deepEqual(await fallen(page), [])
    await page.goto(`${origin}/review`)
    await page.locator('.problem').waitFor()
    assert.deepEqual(await fallen(page), [])
    await page.getByRole('button', { name: 'Discard the draft' }).click()
  })

  test('are notes, reasons and owners, up to a length', async () => {
    const call = { from: 'anonymous', host: TRACKER, port: 443 }
    const ignore = '/api/v1/egress:ignore'
    for (const note of PAYLOADS) {
      assert.equal(await hostile.api('POST', ignore, { ...call, note }), 200)
      const { text, checksum } = await read('/api/v1/config')
      const body = { text: `${text}# again\n`, message: note }
      assert.equal(await hostile.api('PUT', '/api/v1/config', body, checksum), 200)
    }
    const tooLong = await hostile.api('POST', ignore, { ...call, note: HUGE })
    assert.ok(tooLong === 400 || tooLong === 422, String(tooLong))
  })

  test('sign nobody in', async () => {
    for (const name of [...PAYLOADS, HUGE]) {
      const status = await hostile.api('POST', '/api/v1/sessions', { name, password: 'x' })
      assert.ok(status >= 400 && status < 500, String(status))
    }
  })

  test('are text on every page', async () => {
    const { page, complaints } = hostile.watched
    const more = hostile.requestIds.map((id) => `/explain?request=${id}`)
    const paths = [...PATHS, ...more, '/egress?show=ignored', '/egress?show=all', '/revisions/3']
    for (const path of paths) {
      await page.goto(`${origin}${path}`)
      await page.locator('main h1').waitFor()
      await page.locator('.loading').first().waitFor({ state: 'detached' })
      assert.deepEqual(await fallen(page), [], path)
      assert.deepEqual(complaints, [], path)
    }
  })

  test('are text in the address of every page', async () => {
    const { page, complaints } = hostile.watched
    for (const payload of PAYLOADS) {
      const text = encodeURIComponent(payload)
      const paths = [
        `/routes/${text.replaceAll(/%2f/gi, '-')}`,
        `/tail?path=${text}&reason=${text}`,
        `/audit?actor=${text}`,
        `/explain?request=${text}`,
        `/egress?q=${text}&show=${text}`,
        `/revisions/1?from=${text}`,
      ]
      for (const path of paths) {
        await page.goto(`${origin}${path}`)
        await page.locator('main h1').waitFor()
        assert.deepEqual(await fallen(page), [], path)
      }
    }
    assert.deepEqual(complaints, [])
  })

  test('are text in the live view and in the dialog of a request', async () => {
    const { page, complaints } = hostile.watched
    await page.goto(`${origin}/tail`)
    await page.getByText('live', { exact: true }).waitFor()
    const port = hostile.console.gateway.port('plain')
    for (const payload of PAYLOADS) {
      const path = encodeURIComponent(payload).replaceAll(/%2f/gi, '-')
      const headers = { 'user-agent': Buffer.from(payload).toString('latin1') }
      await (await fetch(`http://127.0.0.1:${port}/hello/${path}`, { headers })).text()
    }
    await page
      .locator('.tail tbody tr')
      .nth(PAYLOADS.length - 1)
      .waitFor()
    for (const button of await page.locator('.tail tbody button').all()) {
      await button.click()
      await page.getByRole('dialog').locator('summary').click()
      assert.deepEqual(await fallen(page), [])
      await page.keyboard.press('Escape')
    }
    assert.deepEqual(complaints, [])
  })

  test('leave as files: never sniffed, and no formula for a spreadsheet', async () => {
    for (const path of [
      '/api/v1/audit/export?format=csv',
      '/api/v1/audit/export',
      '/openapi.json',
    ]) {
      const { text, options, policy } = await hostile.watched.page.evaluate<{
        text: string
        options: string
        policy: string
      }>(`fetch('${path}').then(async (answer) => ({
        text: await answer.text(),
        options: answer.headers.get('x-content-type-options'),
        policy: answer.headers.get('content-security-policy'),
      }))`)
      assert.equal(options, 'nosniff', path)
      assert.match(policy, /default-src 'none'/, path)
      assert.ok(text.length > 100, path)
      if (!path.endsWith('csv')) continue
      assert.ok(text.includes('cmd|'), 'a formula was written somewhere')
      assert.doesNotMatch(text, /(?:^|[,\n])"?[=+@]/)
    }
  })
})
