// An authority that issues by itself, in a real browser: why it does not, trying it again, and the next one on request.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { connect } from 'node:tls'
import { callApi } from '../../gateway/cli/api-client.ts'
import { startAcmeServer, type AcmeServer } from '../support/acme-server.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'
import { violations } from './axe.ts'
import { chromiumPath, openPage, type WatchedPage } from './chromium.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const SENTENCE = 'too many certificates already issued for "example.com"'

suite('an authority that issues by itself', { skip, timeout: 90_000 }, () => {
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let authority: AcmeServer
  let port: number

  async function shown(): Promise<string> {
    const to = { host: '127.0.0.1', port, servername: 'api.example.com' }
    const socket = connect({ ...to, ca: authority.ca.certPem })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber.toLowerCase()
  }

  before(async () => {
    authority = await startAcmeServer()
    authority.refusal = SENTENCE
    port = await freePort()
    authority.ports = [port]
    const acme = `directory: ${authority.directory}, email: ops@example.com, names: [api.example.com], termsAgreed: true`
    console = await startConsole({
      config: `workers: 2
listeners: [ { name: public, bind: "127.0.0.1:${port}", tls: { certs: ./issued, acme: { ${acme} } } } ]
routes: [ { name: api, match: api.example.com/*, to: "http://127.0.0.1:1", auth: public } ]
`,
    })
    watched = await setUp(console)
  })
  after(async () => {
    await watched?.close()
    await console?.close()
    await authority?.close()
  })

  test('is quoted where it refuses, on the overview, here and by the doctor, with the next try', async () => {
    const { page } = watched
    const sentence = `No certificate was issued for api.example.com: ${SENTENCE}`
    const item = page.getByRole('listitem').filter({ hasText: sentence })
    await page.goto(console.origin)
    await item.locator('.badge.bad').waitFor()
    await item.getByRole('link').click()
    await page.getByText(SENTENCE, { exact: true }).waitFor()
    await page.getByText('Next try', { exact: true }).waitFor()
    await page.getByText('1 failure', { exact: false }).waitFor()
    await page.getByText('until then no client is served on this listener').waitFor()
    assert.deepEqual(await violations(page), [])
    await page.goto(`${console.origin}/system/doctor`)
    const finding = page.getByRole('listitem').filter({ hasText: SENTENCE })
    await finding.getByText('failed').waitFor()
  })

  test('is asked again by a click, and clients are shown what it issues', async () => {
    const { page } = watched
    authority.refusal = null
    await page.goto(`${console.origin}/certificates`)
    await page.getByRole('button', { name: 'Retry the certificate of public now' }).click()
    await page.getByText('up to date').waitFor()
    const row = page.getByRole('row', { name: /^api\.example\.com/ })
    await row.getByText('acme-public.pem').waitFor()
    assert.match(await shown(), /^5a/)
  })

  test('issues the next one on request, and says so in the audit', async () => {
    const { page } = watched
    const before = await shown()
    await page.getByRole('button', { name: 'Renew the certificate of public now' }).click()
    await page.getByText('It is being ordered.').first().waitFor()
    await until('the next one', async () => (await shown()) !== before)
    await page.getByText('up to date').waitFor()
    await page.goto(`${console.origin}/audit`)
    await page.getByText('certificate/public/acme').first().waitFor()
  })

  test('is nothing that a viewer may ask', async () => {
    const target = {
      kind: 'socket',
      path: join(console.gateway.folder, 'data/control.sock'),
    } as const
    const vera = { name: 'vera', role: 'viewer', password: 'a gate for every viewer' }
    await callApi(target, 'POST', '/api/v1/users', vera)
    const viewer = await openPage(console.browser, console.origin)
    await viewer.page.goto(`${console.origin}/certificates`)
    await signIn(viewer, vera.name, vera.password)
    await viewer.page.getByText('Issued automatically (ACME)').waitFor()
    const writing = viewer.page.getByRole('button', { name: /Renew|Retry|Upload|New key/ })
    assert.equal(await writing.count(), 0)
    await viewer.close()
    assert.deepEqual(watched.complaints, [])
  })
})
