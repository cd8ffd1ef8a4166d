// What a browser really asks of the gateway on every page, against the gateway's own description of its API.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { PATHS, startBusyConsole, type BusyConsole } from './all-pages.ts'
import { chromiumPath } from './chromium.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('every call of the console', { skip, timeout: 180_000 }, () => {
  let busy: BusyConsole

  before(async () => {
    busy = await startBusyConsole()
  })
  after(() => busy?.close())

  test('stands in the description of the API, with its method', async () => {
    const { console } = busy
    const { page, close } = await console.open('/')
    const asked = new Set<string>()
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (pathname.startsWith('/api/') || pathname === '/openapi.json') {
        asked.add(`${request.method()} ${pathname}`)
      }
    })
    for (const path of PATHS) {
      await page.goto(`${console.origin}${path}`)
      await page.locator('main h1').waitFor()
      await page.locator('.loading').first().waitFor({ state: 'detached' })
    }
    const { paths } = await page.evaluate<{ paths: Record<string, Record<string, object>> }>(
      `fetch('/openapi.json').then((response) => response.json())`,
    )
    const known = Object.entries(paths).flatMap(([path, methods]) => {
      const pattern = path
        .split(/\{\w+\}/)
        .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('[^/]+')
      return Object.keys(methods).map((method) => `${method.toUpperCase()} ${pattern}`)
    })
    const patterns = known.map((text) => new RegExp(`^${text}$`))
    assert.ok(asked.size > 15, [...asked].join(', '))
    const unknown = [...asked].filter((call) => !patterns.some((pattern) => pattern.test(call)))
    assert.deepEqual(unknown, [])
    await close()
  })
})
