// Sidecars with real apps behind them: what they count, who calls whom, who is in trouble and why, and a drain to its end.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerResponse } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { callApi } from '../../gateway/cli/api-client.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { askPort } from '../integration/mesh/client.ts'
import { spawnSidecar, type SidecarProcess } from '../support/sidecar-process.ts'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('a mesh in the console', { skip, timeout: 150_000 }, () => {
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let apps: readonly Upstream[]
  let sidecars: SidecarProcess[] = []
  let shaky: Upstream
  let waiting: ServerResponse[] = []

  before(async () => {
    apps = await Promise.all([startUpstream(), startUpstream(), startUpstream()])
    shaky = await startUpstream((request) => request.socket.destroy())
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
services:
  orders: { mesh: true }
  web: { mesh: true }
  shaky: { endpoints: [ "${shaky.url}", "${apps[2]!.url}" ], balance: round-robin, breaker: { failures: 2, open: 60s } }
routes:
  - { name: orders, match: /orders/*, to: orders, auth: public }
  - { name: shaky, match: /shaky, to: shaky, auth: public }
mesh:
  trustDomain: shop.internal
  bind: 127.0.0.1:0
  authorize: [ { to: orders, from: [edge, web], methods: [GET] } ]
`,
    })
    const { gateway } = console
    const control = {
      url: `https://127.0.0.1:${gateway.port('mesh control')}`,
      async tokenFile(service: string) {
        const socket = { kind: 'socket', path: join(gateway.folder, 'data/control.sock') } as const
        const made = await callApi(socket, 'POST', '/api/v1/join-tokens', { service })
        const file = join(gateway.folder, `token-${Math.random()}`)
        writeFileSync(file, (made as { token: string }).token, { mode: 0o600 })
        return file
      },
    }
    const names = ['orders', 'orders', 'web']
    sidecars = await Promise.all(
      names.map((name, at) => spawnSidecar(control, name, apps[at]!.url, ['--propagation=100ms'])),
    )
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await Promise.all(sidecars.map((sidecar) => sidecar.end('SIGKILL')))
    await console?.close()
    await Promise.all([...(apps ?? []), shaky].map((app) => app?.close()))
  })

  const web = (method = 'GET') =>
    askPort(sidecars[2]!.ports.outbound, { url: 'http://orders.mesh/orders/1', method })
  const edge = async (path: string): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${console.gateway.port('plain')}${path}`)
    await response.arrayBuffer()
    return response.status
  }
  const rowOf = (port: number) => watched.page.getByRole('row', { name: new RegExp(`:${port}\\b`) })

  test('shows what sidecars carry beside what the edge does, within seconds', async () => {
    const { page } = watched
    await until('call by sidecars', async () => (await web()).status === 200)
    await page.goto(`${console.origin}/`)
    const tile = page.getByRole('link', { name: /^Requests per second/ })
    await tile.getByText(/sidecars [\d.]*[1-9]/).waitFor({ state: 'detached' })
    for (let i = 0; i < 40; i++) await web()
    await tile.getByText(/sidecars [\d.]*[1-9]/).waitFor({ timeout: 15_000 })
    const chart = page.getByRole('figure').filter({ hasText: 'Edge, egress and sidecars' })
    await chart.getByText('sidecars:').waitFor()
  })

  test('shows for each instance what its own sidecar counted, and what it refused', async () => {
    const { page } = watched
    assert.equal((await web('POST')).status, 403)
    await page.goto(`${console.origin}/services`)
    const callers = page.getByRole('row', { name: /web-/ })
    await callers.getByText(/^out \d{2,}/).waitFor()
    const rows = [sidecars[0]!, sidecars[1]!].map(({ ports }) => rowOf(ports.inbound))
    for (const row of rows) {
      await row.getByText(/^in \d/).waitFor()
      await row.getByText(/^\d s ago$/).waitFor()
    }
    await page.getByText('1 refused by it').waitFor()
    await rows[0]!.getByText(/must prove to be spiffe:\/\/shop\.internal/).waitFor()
  })

  test('draws who calls whom, with the identity that is proved', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/topology`)
    await page.getByRole('button', { name: /^Service, web/ }).click()
    const side = page.getByRole('complementary', { name: 'Details' })
    await side.getByRole('button', { name: 'web → orders' }).click()
    await side.getByText('mTLS').waitFor()
    await side.getByText('spiffe://shop.internal/ns/default/svc/orders').waitFor()
    await side.getByText(/\(\d{2,} in 5 min\)/).waitFor()
    await page.goto(`${console.origin}/topology?view=list`)
    await page.locator('.topology-tree').getByRole('button', { name: 'web', exact: true }).waitFor()
  })

  test('moves nothing of the picture that stays, when something comes', async () => {
    const { page } = watched
    const { gateway } = console
    await page.goto(`${console.origin}/topology`)
    await page.getByRole('button', { name: /^Service, web/ }).waitFor()
    const places = (): Promise<Record<string, string>> =>
      page.evaluate(`Object.fromEntries([...document.querySelectorAll('.topology .box')].map(
        (box) => [box.getAttribute('aria-label').split(',').slice(0, 2).join(), box.getAttribute('transform')],
      ))`)
    const before = await places()
    const text = readFileSync(gateway.file, 'utf8')
    const added = `routes:\n  - { name: added, match: /added, to: orders, auth: public }\n`
    gateway.write('sallyport.yaml', text.replace('routes:\n', added))
    await page.getByRole('button', { name: /^Route, added/ }).waitFor()
    const now = await places()
    for (const [name, place] of Object.entries(before)) assert.equal(now[name], place, name)
    assert.ok(Object.keys(now).length > Object.keys(before).length)
  })

  test('drains an instance: no new call, and the count of those under way falls to none', async () => {
    const { page } = watched
    for (const app of apps.slice(0, 2)) {
      app.handler = (request, response) => {
        request.resume()
        if (request.url === '/orders/slow') waiting.push(response)
        else response.end('ok')
      }
    }
    const slow = edge('/orders/slow')
    await until('call under way', () => waiting.length === 1)
    const at = apps[0]!.seen.some(({ url }) => url === '/orders/slow') ? 0 : 1
    const busy = apps[at]!
    const row = rowOf(sidecars[at]!.ports.inbound)
    await page.goto(`${console.origin}/services`)
    const underWay = row.locator('td[data-title="Under way"]')
    await underWay.getByText('1', { exact: true }).waitFor()
    await row.getByRole('button', { name: 'Drain…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Drain', exact: true }).click()
    await row.getByText('drained').first().waitFor()
    const before = busy.seen.length
    for (let i = 0; i < 8; i++) assert.equal(await edge('/orders/1'), 200)
    assert.equal(busy.seen.length, before)
    await underWay.getByText('1', { exact: true }).waitFor()
    for (const response of waiting.splice(0)) response.end('late')
    assert.equal(await slow, 200)
    await underWay.getByText('0', { exact: true }).waitFor()
    await row.getByRole('button', { name: 'Enable' }).click()
    await row.getByRole('button', { name: 'Drain…' }).waitFor()
  })

  test('says why an instance is in trouble, and shows only those on request', async () => {
    const { page } = watched
    for (let i = 0; i < 4; i++) await edge('/shaky')
    const broken = rowOf(shaky.port)
    await broken.getByText('passed over').waitFor()
    await broken.getByText('breaker open in 1 worker').waitFor()
    await apps[0]!.close()
    const away = rowOf(sidecars[0]!.ports.inbound)
    await away.getByText('its app does not answer its sidecar').waitFor({ timeout: 15_000 })
    const [, second] = sidecars
    await second!.end('SIGKILL')
    const gone = rowOf(second!.ports.inbound)
    await gone.getByText('its sidecar is not heard of').waitFor({ timeout: 15_000 })
    await edge('/orders/1')
    await gone.getByText(`connect ECONNREFUSED 127.0.0.1:${second!.ports.inbound}`).waitFor()
    await page.getByLabel(/^Only those with trouble/).check()
    await page.waitForURL(/only=trouble/)
    await page.getByRole('row', { name: /web-/ }).waitFor({ state: 'detached' })
    await broken.waitFor()
    await page.reload()
    await broken.waitFor()
    assert.equal(await page.getByRole('row', { name: /web-/ }).count(), 0)
    assert.deepEqual(watched.complaints, [])
  })
})
