// From a doctor's finding to a backup that is made, looked into and restored, and the API tried out, in a real browser.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const PASSPHRASE = 'mountain goats like moss'

suite('the gateway as a whole', { skip, timeout: 120_000 }, () => {
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let saved: string

  before(async () => {
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "http://127.0.0.1:1", auth: public } ]
`,
    })
    watched = await setUp(console)
    saved = join(console.gateway.folder, 'gateway.backup')
  })
  after(async () => {
    await watched?.close()
    await console?.close()
  })

  test('is looked at by the doctor, which says what is wrong and what to do', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/system/doctor`)
    await page.getByText('Something is wrong.').waitFor()
    const finding = page.getByRole('listitem').filter({ hasText: 'http://127.0.0.1:1' })
    await finding.getByText('start the service, or correct its address').waitFor()
    await page.getByLabel('Only what needs attention').check()
    assert.equal(new URL(page.url()).search, '?only=trouble')
    assert.equal(await page.getByText('fine', { exact: true }).count(), 0)
  })

  test('is saved as an encrypted file', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/system/backup`)
    await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Make a backup' }).click()
    await page.getByText('The two are not the same.').waitFor()
    await page.getByLabel('Passphrase once more').fill(PASSPHRASE)
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Make a backup' }).click()
    await (await download).saveAs(saved)
    assert.doesNotMatch(readFileSync(saved, 'utf8'), /alice|127\.0\.0\.1|scrypt\$/)
  })

  test('shows what a restore would change, and restores just that', async () => {
    const { page } = watched
    const before = readFileSync(console.gateway.file, 'utf8')
    writeFileSync(console.gateway.file, before.replace('/one', '/another'))
    await console.gateway.waitFor('edit', (_, stderr) => /"revision":2/.test(stderr))
    await page.goto(`${console.origin}/system/restore`)
    await page.getByLabel('Backup file').setInputFiles(saved)
    await page.getByLabel('Passphrase').fill('mountain goats like grass')
    await page.getByRole('button', { name: 'Show what it would change' }).click()
    await page.getByText('the passphrase is another one, or the file was changed').waitFor()
    await page.getByLabel('Passphrase').fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Show what it would change' }).click()
    await page.getByRole('region', { name: 'Configuration' }).getByText('/another').waitFor()
    await page.getByRole('button', { name: 'Restore this' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Restore this' }).click()
    await page.getByText('The backup is restored, and the data plane serves it.').waitFor()
    assert.equal(readFileSync(console.gateway.file, 'utf8'), before)
  })

  test('has its API described, searched and tried out, a change only by a second click', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/api-docs`)
    await page.getByLabel('Search the operations').fill('readversion')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByLabel('Answer', { exact: true }).getByText('"version"').waitFor()
    await page.goto(`${console.origin}/api-docs?op=confirmConfig`)
    await page.getByRole('button', { name: 'Send the change…' }).click()
    await page.getByRole('dialog').getByText('It is done for real').waitFor()
    await page.keyboard.press('Escape')
    assert.equal(await page.getByRole('dialog').count(), 0)
    // A wrong passphrase is a refusal, which a browser tells in its own words, too.
    const complaints = watched.complaints.filter((text) => !/status of 4/.test(text))
    assert.deepEqual(complaints, [])
  })
})
