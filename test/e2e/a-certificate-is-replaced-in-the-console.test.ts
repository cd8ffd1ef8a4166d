// A certificate that runs out is seen, replaced by pasting the next one, and shown to clients, in a real browser.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { connect } from 'node:tls'
import { once } from 'node:events'
import { createTestCa, type TestCa } from '../support/certificates.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const DAY_MS = 86_400_000

suite('a certificate that runs out', { skip, timeout: 60_000 }, () => {
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let ca: TestCa

  const inDays = (days: number) => ({ notAfter: new Date(Date.now() + days * DAY_MS + 60_000) })

  async function shown(): Promise<string> {
    const socket = connect({
      host: '127.0.0.1',
      port: console.gateway.port('public'),
      servername: 'api.example.com',
      rejectUnauthorized: false,
    })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber.toLowerCase()
  }

  before(async () => {
    ca = await createTestCa('shop')
    const old = await ca.issue(['api.example.com'], inDays(10))
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./shown } } ]
routes: [ { name: api, match: api.example.com/*, to: "http://127.0.0.1:1", auth: public } ]
`,
      files: { 'shown/api.pem': old.certPem + old.keyPem },
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
  })

  test('stands in front with its days, and the next one takes its place', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/certificates?due=14`)
    const row = page.getByRole('row', { name: /api\.example\.com/ })
    await row.getByText('10 days').waitFor()
    assert.equal(await row.locator('.badge.warn').count(), 1)
    await row.getByRole('button', { name: 'Details of api.example.com' }).click()
    const before = await shown()
    const details = page.getByRole('dialog')
    // Once as its serial number, once as what the listener was seen to show.
    await details.getByText('this node').waitFor()
    assert.equal(await details.getByText(before).count(), 2)
    await details.getByRole('button', { name: 'Replace…' }).click()

    const upload = page.getByRole('dialog', { name: 'Put a certificate in place' })
    const { certPem, keyPem } = await ca.issue(['api.example.com'], inDays(90))
    const other = await ca.issue(['api.example.com'], inDays(90))
    await upload.getByLabel('Certificate chain (PEM)', { exact: true }).fill(certPem)
    await upload.getByLabel('Private key (PEM)', { exact: true }).fill(other.keyPem)
    await upload.getByRole('button', { name: 'Put in place' }).click()
    await upload.getByText('does not belong to the certificate').first().waitFor()
    assert.equal(await shown(), before)

    await upload.getByLabel('Private key (PEM)', { exact: true }).fill(keyPem)
    await upload.getByRole('button', { name: 'Put in place' }).click()
    await upload.getByText('Clients are shown it now.').waitFor()
    const now = await shown()
    assert.notEqual(now, before)
    assert.ok((await upload.getByText(now).count()) >= 1)
    assert.ok((await upload.getByText(before).count()) >= 1)
    await upload.getByText('shows the new one').waitFor()
    await upload.getByRole('button', { name: 'Close' }).last().click()
    await page.getByText('Nothing runs out within 14 days').waitFor()
    assert.deepEqual(
      watched.complaints.filter((complaint) => !complaint.includes('422')),
      [],
    )
  })
})
