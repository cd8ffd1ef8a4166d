// From a refused call to an allowed one by one click, in a real browser before a real egress gateway.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { startNameServer, type NameServer } from '../../gateway/demo/name-server.ts'
import { createTestCa } from '../support/certificates.ts'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const HOST = 'api.partner.test'

/** The status of the tunnel; where it is let out, that of a request through it. */
async function call(proxy: number, port: number): Promise<number> {
  const socket = connect(proxy, '127.0.0.1')
  try {
    socket.write(`CONNECT ${HOST}:${port} HTTP/1.1\r\nHost: ${HOST}:${port}\r\n\r\n`)
    const [head] = (await once(socket, 'data')) as [Buffer]
    const status = Number(head.toString().split(' ')[1])
    if (status !== 200) return status
    const secure = connectTls({ socket, servername: HOST, rejectUnauthorized: false })
    secure.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
    const [answer] = (await once(secure, 'data')) as [Buffer]
    secure.destroy()
    return Number(answer.toString().split(' ')[1])
  } finally {
    socket.destroy()
  }
}

suite('a call that egress refused', { skip, timeout: 120_000 }, () => {
  let partner: Server
  let names: NameServer
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let port: number

  before(async () => {
    const { certPem, keyPem } = await (await createTestCa('partner')).issue([HOST])
    partner = createServer({ cert: certPem, key: keyPem }, (_request, response) => {
      response.end('welcome')
    })
    partner.listen(0, '127.0.0.1')
    await once(partner, 'listening')
    port = (partner.address() as AddressInfo).port
    names = await startNameServer(new Map([[HOST, '127.0.0.1']]))
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "http://127.0.0.1:1", auth: public } ]
egress:
  plain: 127.0.0.1:0
  dns: [ "${names.address}" ]
  network: { allow: [ 127.0.0.0/8 ] }
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    names?.close()
    partner?.close()
  })

  test('stands in the inbox within seconds, with its reason', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/egress`)
    await page.getByText('Nothing was refused since the gateway started.').waitFor()
    assert.equal(await call(console.gateway.port('egress'), port), 403)
    const row = page.getByRole('row', { name: new RegExp(HOST) })
    await row.waitFor({ timeout: 10_000 })
    await row.getByText('no rule allows it').waitFor()
  })

  test('is let out by one click, to the file too, and passes within three seconds', async () => {
    const { page } = watched
    await page.getByRole('button', { name: 'Allow…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Allow', exact: true }).click()
    await dialog.getByText('Say who answers for it.').waitFor()
    await dialog.getByText('Say why it is let out.').waitFor()
    await dialog.getByLabel('Owner').fill('team-pay')
    await dialog.getByLabel('Reason').fill('refunds')
    await dialog.getByRole('button', { name: 'Allow', exact: true }).click()
    await page.getByText(/Rule \S+ is in force/).waitFor()
    const proxy = console.gateway.port('egress')
    await until('call that passes', async () => (await call(proxy, port)) === 200, 3000)
    assert.match(readFileSync(console.gateway.file, 'utf8'), /owner: team-pay[^}]*reason: refunds/s)
    await page.getByText('Nothing waits for a decision.').waitFor()
    await page.getByRole('link', { name: 'Allowed 1' }).click()
    await page.getByRole('row', { name: /in 23 hours/ }).waitFor()
  })

  test('is refused again when the rule is taken back at once', async () => {
    const { page } = watched
    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByText('The rule is gone again.').waitFor()
    const proxy = console.gateway.port('egress')
    await until('refusal', async () => (await call(proxy, port)) === 403, 3000)
    assert.deepEqual(watched.complaints, [])
    await page.getByRole('link', { name: 'To decide 1' }).click()
  })

  test('is hidden behind a note, and shown again on request', async () => {
    const { page } = watched
    await page.getByRole('button', { name: 'Ignore…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Why it stays refused').fill('a tracker')
    await dialog.getByRole('button', { name: 'Ignore', exact: true }).click()
    await page.getByText('Nothing waits for a decision.').waitFor()
    await page.getByRole('link', { name: 'Ignored 1' }).click()
    await page.getByRole('row', { name: /a tracker/ }).waitFor()
    await page.locator('table').getByRole('button', { name: 'Show again' }).click()
    await page.getByText('Nothing is ignored.').waitFor()
    await page.getByRole('link', { name: 'To decide 1' }).click()
  })

  test('to an address inside is no matter of one click', async () => {
    const { page } = watched
    const socket = connect(console.gateway.port('egress'), '127.0.0.1')
    socket.write('CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 169.254.169.254:80\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    const row = page.getByRole('row', { name: /169\.254\.169\.254/ })
    await row.waitFor({ timeout: 10_000 })
    await row.getByText('Not by one click').waitFor()
    await row.getByText('metadata service').waitFor()
    assert.equal(await row.getByRole('button', { name: 'Allow…' }).count(), 0)
  })
})
