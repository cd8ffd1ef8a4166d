// A service behind its sidecar asks for hosts that no rule names: what the inbox tells of it, and every way to decide there.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { callApi } from '../../gateway/cli/api-client.ts'
import { startNameServer, type NameServer } from '../../gateway/demo/name-server.ts'
import { createTestCa } from '../support/certificates.ts'
import { spawnSidecar, type SidecarProcess } from '../support/sidecar-process.ts'
import { until } from '../support/until.ts'
import { violations } from './axe.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const HOST = 'api.partner.test'
const KNOWN = 'known.partner.test'
const REBOUND = 'rebound.partner.test'

suite('a service that asks for the way out', { skip, timeout: 150_000 }, () => {
  let partner: Server
  let names: NameServer
  let console: ConsoleUnderTest
  let billing: SidecarProcess
  let watched: WatchedPage
  let port: number

  before(async () => {
    const { certPem, keyPem } = await (await createTestCa('partner')).issue([HOST, KNOWN])
    partner = createServer({ cert: certPem, key: keyPem }, (_request, response) => {
      response.end('welcome')
    })
    partner.listen(0, '127.0.0.1')
    await once(partner, 'listening')
    port = (partner.address() as AddressInfo).port
    const addresses = [HOST, KNOWN].map((name) => [name, '127.0.0.1'] as const)
    names = await startNameServer(new Map([...addresses, [REBOUND, '10.0.0.9']]))
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
services: { billing: { mesh: true } }
routes: [ { name: one, match: /one, to: billing, auth: public } ]
mesh: { trustDomain: shop.internal, bind: "127.0.0.1:0", authorize: [ { to: billing, from: [edge] } ] }
egress:
  mesh: 127.0.0.1:0
  dns: [ "${names.address}" ]
  network: { allow: [ 127.0.0.0/8 ] }
  rules:
    - { name: known, from: [billing], allow: [ "${KNOWN}:${port}", "${REBOUND}:${port}" ], owner: team-pay }
`,
    })
    const { gateway } = console
    const control = {
      url: `https://127.0.0.1:${gateway.port('mesh control')}`,
      async tokenFile(service: string) {
        const made = await api('POST', '/api/v1/join-tokens', { service })
        const file = join(gateway.folder, 'token')
        writeFileSync(file, (made as { token: string }).token, { mode: 0o600 })
        return file
      },
    }
    billing = await spawnSidecar(control, 'billing', `http://127.0.0.1:${port}`)
    watched = await setUp(console)
    await until('way out', async () => (await call('warm.up.test')) === 403)
  })

  after(async () => {
    await watched?.close()
    await billing?.end('SIGKILL')
    await console?.close()
    names?.close()
    partner?.close()
  })

  const api = (method: string, path: string, body?: unknown): Promise<unknown> => {
    const socket = join(console.gateway.folder, 'data/control.sock')
    return callApi({ kind: 'socket', path: socket }, method, path, body)
  }

  /** Through the sidecar: the status of the tunnel, or of a request by TLS through it; 0 where it was cut. */
  async function call(host: string, asks = host, to = port): Promise<number> {
    const socket = connect(billing.ports.outbound, '127.0.0.1')
    try {
      socket.write(`CONNECT ${host}:${to} HTTP/1.1\r\nHost: ${host}:${to}\r\n\r\n`)
      const [head] = (await once(socket, 'data')) as [Buffer]
      const status = Number(head.toString().split(' ')[1])
      if (status !== 200) return status
      const secure = connectTls({ socket, servername: asks, rejectUnauthorized: false })
      secure.on('error', () => {})
      secure.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      const answer = await new Promise<string>((resolve) => {
        secure.once('data', (data: Buffer) => resolve(data.toString()))
        secure.once('close', () => resolve(''))
      })
      secure.destroy()
      return Number(answer.split(' ')[1] ?? 0)
    } finally {
      socket.destroy()
    }
  }

  const rowOf = (host: string) =>
    watched.page.locator('tbody').getByRole('row').filter({ hasText: host })

  test('stands in the inbox within two seconds: by which service, why, and what DNS was asked', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/egress`)
    await rowOf('warm.up.test').waitFor()
    assert.equal(await call(HOST), 403)
    const seenMs = await until('row of the API', async () => {
      const { items } = (await api('GET', '/api/v1/egress/denied')) as { items: { host: string }[] }
      return items.some(({ host }) => host === HOST)
    })
    assert.ok(seenMs < 2000, `${seenMs} ms`)
    const row = rowOf(HOST)
    await row.waitFor({ timeout: 4000 })
    await row.getByText('billing', { exact: true }).waitFor()
    await row.getByText('no rule allows it').waitFor()
    await row.getByText('DNS was not asked').waitFor()
  })

  test('with another server in its TLS hello shows whom it asked for', async () => {
    assert.equal(await call(KNOWN), 200)
    assert.equal(await call(KNOWN, 'evil.example'), 0)
    const row = rowOf(KNOWN)
    await row.getByText('TLS asked for evil.example').waitFor()
    await row.getByText('the TLS hello names another server').waitFor()
  })

  test('to addresses, inside, metadata and rebinding is tagged so, and is nobody’s one click', async () => {
    const inside: readonly (readonly [string, string])[] = [
      ['93.184.216.34', 'address, not a name'],
      ['10.1.2.3', 'address inside'],
      ['169.254.169.254', 'metadata service'],
      ['metadata.google.internal', 'metadata service'],
      [REBOUND, 'DNS rebinding'],
    ]
    for (const [host] of inside) assert.equal(await call(host), 403, host)
    for (const [host, tag] of inside) {
      const row = rowOf(host)
      await row.getByText(tag, { exact: true }).waitFor()
      assert.equal(await row.getByRole('button', { name: 'Allow…' }).count(), 0, host)
      const wanted = { host: `${host}:${port}`, from: 'billing', owner: 'me', for: '1h' }
      await assert.rejects(api('POST', '/api/v1/egress:allow', wanted), { code: 'rejected' })
    }
  })

  test('is decided on in a dialog that warns of whom else it would let out', async () => {
    const { page } = watched
    assert.equal(await call('shop.co.jp'), 403)
    await rowOf('shop.co.jp').getByRole('button', { name: 'Allow…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('*.co.jp cannot be allowed: anybody can register a name').waitFor()
    const hosts = dialog.getByLabel('Host').locator('option')
    assert.deepEqual(await hosts.allInnerTexts(), ['Exactly shop.co.jp'])
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    await rowOf(HOST).getByRole('button', { name: 'Allow…' }).click()
    await dialog.getByLabel('Host').selectOption('wide')
    await dialog.getByText('Choose the exact host unless').waitFor()
    await dialog.getByLabel('For whom').selectOption('all')
    await dialog.getByText('Every service and everybody at the plain door').waitFor()
    await dialog.getByLabel('Port').fill('0')
    const lives = dialog.getByLabel('For how long')
    assert.deepEqual(await lives.locator('option').allInnerTexts(), [
      '1 hour',
      '24 hours',
      'until a day…',
      'for good',
    ])
    await dialog.getByRole('button', { name: 'Allow', exact: true }).click()
    for (const fault of ['Say who answers', 'Say why it is let out.', 'Write a port']) {
      await dialog.getByText(fault).waitFor()
    }
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    assert.equal(await call(HOST), 403)
  })

  test('goes into the change set instead where somebody wants it reviewed', async () => {
    const { page } = watched
    await rowOf(HOST).getByRole('button', { name: 'Allow…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Owner').fill('team-pay')
    await dialog.getByLabel('Reason').fill('refunds')
    await dialog.getByLabel('For how long').selectOption('1h')
    await dialog.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByText('The rule is in the draft.').waitFor()
    assert.equal(await call(HOST), 403)
    await page.goto(`${console.origin}/egress/rules`)
    const row = page.getByRole('row', { name: /allow-billing-1/ })
    await row.getByText('refunds').waitFor()
    await row.getByRole('button', { name: 'Remove' }).click()
    await page.goto(`${console.origin}/egress`)
  })

  test('passes within three seconds of a click, with the reason in rule, history and audit', async () => {
    const { page } = watched
    await rowOf(HOST).getByRole('button', { name: 'Allow…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Owner').fill('team-pay')
    await dialog.getByLabel('Reason').fill('refunds go there')
    await dialog.getByRole('button', { name: 'Allow', exact: true }).click()
    await page.getByText(/Rule \S+ is in force/).waitFor()
    await until('call that passes', async () => (await call(HOST)) === 200, 3000)
    assert.match(readFileSync(console.gateway.file, 'utf8'), /reason: refunds go there/)
    const audit = JSON.stringify(await api('GET', '/api/v1/audit?limit=5'))
    assert.match(audit, /"reason":"refunds go there"/)
    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByText('The rule is gone again.').waitFor()
    await until('refusal', async () => (await call(HOST)) === 403, 3000)
  })

  test('is refused again when its time is over, and the row says so', async () => {
    const { page } = watched
    const expires = new Date(Math.ceil(Date.now() / 1000) * 1000 + 4000).toISOString()
    const body = { host: `${HOST}:${port}`, from: 'billing', owner: 'team-pay' }
    await api('POST', '/api/v1/egress:allow', { ...body, expires: expires.replace('.000Z', 'Z') })
    assert.equal(await call(HOST), 200)
    await page.goto(`${console.origin}/egress?show=all`)
    await rowOf(HOST).getByText('allowed', { exact: true }).waitFor()
    await rowOf(HOST).getByText('expired', { exact: true }).waitFor({ timeout: 10_000 })
    assert.equal(await call(HOST), 403)
    await rowOf(HOST).getByRole('button', { name: 'Allow again…' }).waitFor()
  })

  test('is hidden behind a note, and comes back by the button of the message', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/egress`)
    await rowOf('shop.co.jp').getByRole('button', { name: 'Ignore…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Why it stays refused').fill('not ours')
    await dialog.getByRole('button', { name: 'Ignore', exact: true }).click()
    await rowOf('shop.co.jp').waitFor({ state: 'detached' })
    await page.locator('.toasts').getByRole('button', { name: 'Show again' }).click()
    await rowOf('shop.co.jp').waitFor()
    assert.deepEqual(watched.complaints, [])
  })

  test('has its rules written in the console, too, with protocol, end and reason', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/egress/rules`)
    await page.getByRole('button', { name: 'Add a rule' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Put into the draft' }).click()
    await dialog.getByText('Say what may be reached.').waitFor()
    await dialog.getByLabel('Name of the rule').fill('queue')
    await dialog.getByLabel('Callers').fill('billing')
    await dialog.getByLabel('Hosts').fill('ＱＵＥＵＥ.partner.test:5671')
    await dialog.getByLabel('Protocol').selectOption('tcp')
    await dialog.getByLabel('Until').fill('2030-12-31')
    await dialog.getByLabel('Owner').fill('team-pay')
    await dialog.getByLabel('Reason').fill('messages')
    assert.deepEqual(await violations(page), [])
    await dialog.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByRole('row', { name: /queue.*2030-12-31/s }).waitFor()
    await page.goto(`${console.origin}/review`)
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText(/is served by every process/).waitFor()
    const rule = /name: queue.*host: queue\.partner\.test.*5671.*protocol: tcp.*reason: messages/s
    assert.match(readFileSync(console.gateway.file, 'utf8'), rule)
    await page.goto(`${console.origin}/egress?show=all`)
  })

  test('is let out from a telephone, without anything beyond its edge', async () => {
    const small = await console.open('/egress', { width: 390, height: 844, language: 'ja' })
    const { page } = small
    await page.goto(`${console.origin}/egress`)
    const row = page.locator('tbody').getByRole('row').filter({ hasText: HOST })
    await row.getByRole('button', { name: '再度許可…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('責任者（owner）').fill('決済チーム')
    await dialog.getByLabel('理由').fill('返金のため')
    const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
    assert.equal(isWide, false)
    await dialog.getByRole('button', { name: '許可する', exact: true }).click()
    await page.getByText(/が有効になりました/).waitFor()
    await until('call that passes', async () => (await call(HOST)) === 200, 3000)
    assert.deepEqual(small.complaints, [])
    await small.close()
  })
})
