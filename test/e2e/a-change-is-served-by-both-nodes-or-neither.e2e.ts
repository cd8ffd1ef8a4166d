// A fleet of two behind one console: what each node says of a change is shown, and success only once both serve it.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { fileOf, get, startFleet, textOf, type TestNode } from '../integration/fleet/fleet.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { chromiumPath, launch, openPage, type WatchedPage } from './chromium.ts'
import { NAME, PASSWORD } from './console-under-test.ts'
import { writeIntoEditor } from './editor.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const MORE = `  - { name: more, bind: "127.0.0.1:0", tls: { certs: ./more } }\n`

suite('a fleet of two', { skip, timeout: 120_000 }, () => {
  let redis: TestRedis
  let upstream: Upstream
  let nodes: readonly TestNode[] = []
  let browser: Browser
  let watched: WatchedPage
  let origin = ''

  before(async () => {
    redis = await startRedis()
    upstream = await startUpstream()
    nodes = await startFleet(textOf(['first']), upstream.url, [redis.port, redis.port])
    const pattern = /open (https:\/\/127\.0\.0\.1:\d+)\/setup#token=(\S+)/
    await nodes[0]!.waitFor('console', (_stdout, stderr) => pattern.test(stderr))
    const [, place = '', token = ''] = pattern.exec(nodes[0]!.stderr()) ?? []
    origin = place
    browser = await launch()
    watched = await openPage(browser, origin)
    const { page } = watched
    await page.goto(`${origin}/setup#token=${token}`)
    await page.locator('input[autocomplete=username]').fill(NAME)
    await page.locator('input[autocomplete=new-password]').fill(PASSWORD)
    await page.locator('form button[type=submit]').click()
    await page.locator('main#content').waitFor()
  })

  after(async () => {
    await watched?.close()
    await browser?.close()
    await Promise.all(nodes.map((node) => node.stop()))
    await upstream?.close()
    await redis?.kill()
  })

  const mayServeMore = (node: TestNode): void => {
    for (const end of ['crt', 'key']) {
      const text = readFileSync(join(node.folder, `certs/server.${end}`), 'utf8')
      node.write(`more/server.${end}`, text)
    }
  }
  const rowOf = (name: string) =>
    watched.page
      .getByRole('list', { name: 'Nodes' })
      .getByRole('listitem')
      .filter({ has: watched.page.getByText(name, { exact: true }) })

  test('shows which of them refuses a change and why, and neither serves it', async () => {
    const { page } = watched
    const [a, b] = nodes
    mayServeMore(a!)
    const before = fileOf(a!)
    await page.goto(`${origin}/config`)
    await writeIntoEditor(page, textOf(['first', 'second'], MORE))
    await page.getByRole('link', { name: 'Review and apply' }).click()
    await page.locator('.diff').waitFor()
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await rowOf('b').getByText('✗ refuses it').waitFor()
    assert.match(await rowOf('b').innerText(), /\.\/more/)
    await rowOf('a').getByText('as before: revision 1').waitFor()
    assert.equal(await page.getByText(/is served by every process/).count(), 0)
    assert.deepEqual([fileOf(a!), fileOf(b!)], [before, before])
    assert.deepEqual([await get(a!, 'second'), await get(b!, 'second')], [404, 404])
  })

  test('shows both serving it, once both do, and not before', async () => {
    const { page } = watched
    const [a, b] = nodes
    mayServeMore(b!)
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText('Revision 2 is served by every process.').waitFor()
    // What is told is true by the time it is told.
    assert.deepEqual([await get(a!, 'second'), await get(b!, 'second')], [200, 200])
    await rowOf('a').getByText('✓ serves revision 2').waitFor()
    await rowOf('b').getByText('✓ serves revision 2').waitFor()
    await page.getByRole('link', { name: 'To the revisions' }).click()
    await page.waitForURL('**/revisions')
    assert.deepEqual(watched.complaints, [])
  })
})
