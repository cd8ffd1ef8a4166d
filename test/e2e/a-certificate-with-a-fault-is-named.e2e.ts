// What runs out, what does not fit, what is over, and a key that never travels: certificates in a real browser.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import { connect } from 'node:tls'
import type { Locator } from 'playwright-core'
import { call } from '../integration/edge/client.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { createTestCa, type IssuedCertificate, type TestCa } from '../support/certificates.ts'
import { readRequest } from '../support/certificate-request.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const DAY_MS = 86_400_000

suite('certificates', { skip, timeout: 120_000 }, () => {
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let upstream: Upstream
  let ca: TestCa

  const issue = (names: readonly string[], days: number): Promise<IssuedCertificate> =>
    ca.issue(names, { notAfter: new Date(Date.now() + days * DAY_MS + 60_000) })

  async function shown(servername: string): Promise<string> {
    const port = console.gateway.port('public')
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber.toLowerCase()
  }

  before(async () => {
    upstream = await startUpstream()
    ca = await createTestCa('shop')
    const amber = await issue(['amber.example.com'], 10)
    const red = await issue(['red.example.com'], 2)
    console = await startConsole({
      config: `workers: 2
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./shown } } ]
routes: [ { name: all, match: /*, to: "${upstream.url}", auth: public } ]
`,
      files: {
        'shown/amber.pem': amber.certPem + amber.keyPem,
        'shown/red.pem': red.certPem + red.keyPem,
      },
    })
    watched = await setUp(console)
  })
  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  /** The dialog with these texts in it, sent. `file`: whose place it takes. */
  async function send(certPem: string, keyPem: string, file?: string): Promise<Locator> {
    const { page } = watched
    await page.goto(`${console.origin}/certificates`)
    await page.getByRole('button', { name: 'Upload…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Put a certificate in place' })
    if (file !== undefined) {
      const label = await dialog.getByRole('option', { name: `(${file})` }).textContent()
      await dialog.getByLabel('Takes the place of').selectOption({ label: label! })
    }
    await dialog.getByLabel('Certificate chain (PEM)', { exact: true }).fill(certPem)
    await dialog.getByLabel('Private key (PEM)', { exact: true }).fill(keyPem)
    await dialog.getByRole('button', { name: 'Put in place' }).click()
    return dialog
  }

  test('are amber with 10 days left and red with 2, here and on the overview', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/certificates`)
    const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) })
    await row('amber').locator('.badge.warn').getByText('10 days').waitFor()
    await row('red').locator('.badge.bad').getByText('2 days').waitFor()
    await page.goto(console.origin)
    const item = (text: string) => page.getByRole('listitem').filter({ hasText: text })
    const amber = item('The certificate of amber.example.com expires in 10 days')
    const red = item('The certificate of red.example.com expires in 2 days')
    await amber.locator('.badge.warn').waitFor()
    await red.locator('.badge.bad').waitFor()
    await red.getByRole('link').click()
    await page.waitForURL('**/certificates')
  })

  test('with a wrong key, chain or order are refused by the fault, and nothing changes', async () => {
    const before = await shown('red.example.com')
    const good = await issue(['red.example.com'], 90)
    const other = await issue(['red.example.com'], 90)
    const cases = [
      ['the private key does not belong to the certificate', good.certPem, other.keyPem],
      ['the chain is in the wrong order', ca.certPem + good.certPem, good.keyPem],
      ['was not issued by', good.certPem + other.certPem, good.keyPem],
      ['there is no private key', good.certPem, ''],
      ['cannot be read', good.certPem.replace('MII', 'MIX'), good.keyPem],
    ] as const
    for (const [fault, certPem, keyPem] of cases) {
      const dialog = await send(certPem, keyPem, './shown/red.pem')
      await dialog.getByText(fault).first().waitFor()
      assert.equal(await shown('red.example.com'), before, fault)
    }
  })

  test('that are over are kept only where somebody says so, and shown to nobody', async () => {
    const before = await shown('red.example.com')
    const alone = await issue(['old.example.com'], -1)
    const refused = await send(alone.certPem, alone.keyPem)
    await refused.getByText('is not valid now').first().waitFor()
    await refused.getByLabel('Keep it although it is not valid now').check()
    await refused.getByRole('button', { name: 'Put in place' }).click()
    await refused.getByText('no other certificate serves its names').first().waitFor()
    const { certPem, keyPem } = await issue(['red.example.com'], -1)
    const dialog = await send(certPem, keyPem)
    await dialog.getByText('is not valid now').first().waitFor()
    const confirm = dialog.getByLabel('Keep it although it is not valid now')
    assert.equal(await confirm.isChecked(), false)
    await confirm.check()
    await dialog.getByRole('button', { name: 'Put in place' }).click()
    await dialog.getByText('It is kept, but not served: it is not valid now.').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    const row = watched.page.getByRole('row', { name: /red\.example\.com\.pem/ })
    await row.getByText('not served').waitFor()
    await row.getByText(/^expired/).waitFor()
    assert.equal(await shown('red.example.com'), before)
  })

  test('take each other’s place without a failed request, with both serials told', async (t) => {
    const before = await shown('red.example.com')
    const failures: string[] = []
    let requests = 0
    const end = new AbortController()
    t.after(() => end.abort())
    const clients = [1, 2].map(async () => {
      while (!end.signal.aborted) {
        requests += 1
        const tls = { servername: 'red.example.com', ca: ca.certPem }
        await call(console.gateway, { path: '/', tls }).then(
          ({ status }) => status === 200 || failures.push(String(status)),
          (error: unknown) => failures.push(String(error)),
        )
      }
    })
    const { certPem, keyPem } = await issue(['red.example.com'], 90)
    const dialog = await send(certPem, keyPem, './shown/red.pem')
    await dialog.getByText('Clients are shown it now.').waitFor()
    const now = await shown('red.example.com')
    end.abort()
    await Promise.all(clients)
    assert.deepEqual(failures.slice(0, 3), [])
    assert.ok(requests > 10)
    assert.notEqual(now, before)
    await dialog.getByText(before).waitFor()
    const node = dialog.getByRole('listitem').filter({ hasText: 'this node' })
    await node.getByText('shows the new one').waitFor()
    await node.getByText(now).waitFor()
  })

  test('are made for a key that stays here', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/certificates`)
    await page.getByRole('button', { name: 'New key…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Make key and request' }).click()
    await dialog.getByText('Name at least one host.').waitFor()
    await dialog.getByLabel('Names', { exact: true }).fill('made.example.com')
    await dialog.getByRole('button', { name: 'Make key and request' }).click()
    const csrPem = await dialog.getByText(/BEGIN CERTIFICATE REQUEST/).textContent()
    const { names, certPem } = await readRequest(csrPem!, ca)
    assert.deepEqual(names, ['made.example.com'])
    const upload = await send(certPem, '')
    await upload.getByText('Clients are shown it now.').waitFor()
    assert.equal(await shown('made.example.com'), '5a')
  })

  test('cost the page no complaint', () => {
    assert.deepEqual(watched.complaints, [])
  })
})
