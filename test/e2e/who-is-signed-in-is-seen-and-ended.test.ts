// Sessions, a test sign-in and the audit in a real browser: what an administrator sees of people, and what ends at once.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { CLIENT_ID, CLIENT_SECRET, startOidcProvider } from '../integration/admin/oidc-provider.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { NAME, setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('an administrator', { skip, timeout: 120_000 }, () => {
  let provider: Awaited<ReturnType<typeof startOidcProvider>>
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    provider = await startOidcProvider()
    const oidc = JSON.stringify({
      issuer: provider.issuer,
      clientId: CLIENT_ID,
      clientSecret: '${env:OIDC_SECRET}',
      roles: { team: 'operator', platform: 'admin' },
    })
    const config = `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "http://127.0.0.1:1", auth: public } ]
`
    const env = { OIDC_SECRET: CLIENT_SECRET }
    console = await startConsole({ config, env }, `, oidc: ${oidc}`)
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await provider?.stop()
  })

  test('ends a session of another browser, which is out with its next step', async () => {
    const { page } = watched
    const other = await console.open('/')
    await page.goto(`${console.origin}/access/sessions`)
    const rows = page.locator('tbody tr')
    await rows.nth(1).waitFor()
    const own = page.getByRole('row').filter({ hasText: 'this one' })
    assert.equal(await own.count(), 1)
    const foreign = rows.filter({ hasNotText: 'this one' })
    await foreign.getByRole('button', { name: `End the session of ${NAME}` }).click()
    await page.getByText(`The session of ${NAME} has ended.`).waitFor()
    await rows.nth(1).waitFor({ state: 'detached' })
    await other.page.goto(`${console.origin}/routes`)
    await other.page.locator('input[autocomplete=current-password]').waitFor()
    await other.close()
  })

  test('tries the identity provider, and sees the claims and the role, signed in as before', async () => {
    const { page } = watched
    provider.claims = { groups: ['team'], email: 'sato@example.com', department: 'payments' }
    await page.goto(`${console.origin}/access/provider`)
    await page.getByRole('button', { name: 'Test sign-in' }).click()
    await page.getByText('sato@example.com would come in as operator').waitFor()
    await page.getByRole('row', { name: 'department payments' }).waitFor()
    const { origin } = console
    const me = await page.evaluate(async (url) => (await fetch(url)).json(), `${origin}/api/v1/me`)
    assert.equal((me as { name: string }).name, NAME)
  })

  test('finds it all in the audit, by an address that can be handed on', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/audit`)
    await page.getByLabel('What (exact)', { exact: true }).fill('endSession')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.waitForURL(/\/audit\?action=endSession$/)
    await page
      .getByRole('row')
      .filter({ hasText: `session/${NAME}` })
      .waitFor()
    assert.equal(await page.locator('tbody tr').count(), 1)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ])
    assert.equal(file.suggestedFilename(), 'audit.csv')
    await page.getByRole('button', { name: 'Verify the chain' }).click()
    await page.getByText('Every entry is as it was written.').waitFor()
    const foreign = (line: string): boolean => !line.startsWith(`request: ${provider.issuer}`)
    assert.deepEqual(watched.complaints.filter(foreign), [])
  })
})
