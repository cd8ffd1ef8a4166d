// Out of one gateway and into an empty one, as a file and as a backup, in a real browser: it is then the same gateway.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  answersOf,
  askedConfiguration,
  targetOf,
} from '../integration/control/hundred-questions.ts'
import { sallyport } from '../support/cli.ts'
import { createTestIssuer } from '../support/test-issuer.ts'
import { violations } from './axe.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import {
  setUp,
  signIn,
  startConsole,
  NAME,
  PASSWORD,
  type ConsoleUnderTest,
} from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const SECRET = 'planted-secret-of-the-upstream'
const PASSPHRASE = 'mountain goats like moss'
const EMPTY = `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: nothing, match: /nothing, to: "http://127.0.0.1:1", auth: public } ]
`

suite('a gateway that moves', { skip, timeout: 120_000 }, () => {
  let first: ConsoleUnderTest
  let second: ConsoleUnderTest
  let here: WatchedPage
  let there: WatchedPage

  before(async () => {
    const env = { PLANTED: SECRET }
    const { yaml } = await createTestIssuer()
    first = await startConsole({ config: askedConfiguration(yaml), env })
    second = await startConsole({ config: EMPTY, env })
    here = await setUp(first)
    there = await setUp(second)
  })
  after(async () => {
    await here?.close()
    await there?.close()
    await first?.close()
    await second?.close()
  })

  /** As the page shows it. */
  async function checksum({ page }: WatchedPage, { origin }: ConsoleUnderTest): Promise<string> {
    await page.goto(`${origin}/system/transfer`)
    const canonical = page.locator('dt', { hasText: 'Checksum of what it says' })
    return (await canonical
      .locator('xpath=following-sibling::dd[1]')
      .locator('code')
      .textContent())!
  }

  async function isTheSame(): Promise<void> {
    const cases = await answersOf(targetOf(first.gateway))
    assert.equal(cases.length, 100)
    assert.ok(new Set(cases).size > 20)
    assert.deepEqual(await answersOf(targetOf(second.gateway)), cases)
    assert.equal(await checksum(there, second), await checksum(here, first))
  }

  async function apply(page: Page): Promise<void> {
    await page.getByLabel('Why').fill('it moves here')
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText(/Revision \d+ is served/).waitFor()
  }

  test('is exported as a file, reviewed where it comes in, and answers a hundred questions alike', async () => {
    assert.notEqual(await checksum(there, second), await checksum(here, first))
    const file = join(first.gateway.folder, 'out.yaml')
    const download = here.page.waitForEvent('download')
    await here.page.getByRole('button', { name: 'Download sallyport.yaml' }).click()
    await (await download).saveAs(file)
    // Where it comes in nothing is served until somebody has seen the difference and said so.
    assert.doesNotMatch(readFileSync(file, 'utf8'), new RegExp(SECRET))
    const { page } = there
    const before = readFileSync(second.gateway.file, 'utf8')
    await page.getByLabel('Configuration file').setInputFiles(file)
    await page.getByRole('button', { name: 'Put into the draft and review' }).click()
    await page.waitForURL('**/review')
    await page.getByText('/nothing').first().waitFor()
    assert.equal(readFileSync(second.gateway.file, 'utf8'), before)
    await apply(page)
    await isTheSame()
  })

  test('comes out of a backup after everything was wiped: configuration and people', async () => {
    const saved = join(first.gateway.folder, 'gateway.backup')
    await here.page.goto(`${first.origin}/system/backup`)
    await here.page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
    await here.page.getByLabel('Passphrase once more').fill(PASSPHRASE)
    const download = here.page.waitForEvent('download')
    await here.page.getByRole('button', { name: 'Make a backup' }).click()
    await (await download).saveAs(saved)
    assert.doesNotMatch(readFileSync(saved, 'utf8'), /alice|shop\.example|127\.0\.0\.1/)
    await second.close()
    second = await startConsole({ config: EMPTY, env: { PLANTED: SECRET } })
    there = await setUp(second)
    const { page } = there
    await page.goto(`${second.origin}/system/restore`)
    await page.getByLabel('Backup file').setInputFiles(saved)
    await page.getByLabel('Passphrase').fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Show what it would change' }).click()
    await page.getByRole('button', { name: 'Restore this' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Restore this' }).click()
    // Whoever was changed signs in again, with what was true where the backup was made.
    await page.locator('input[autocomplete=current-password]').waitFor()
    await signIn(there, NAME, PASSWORD)
    await isTheSame()
  })

  test('tells what was taken out of its diagnostics before they are saved', async () => {
    const { page } = here
    await page.goto(`${first.origin}/system/diagnostics`)
    await page.getByRole('button', { name: 'Gather' }).click()
    const term = (name: string) =>
      page.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd[1]')
    await term('Private keys').getByText('none found').waitFor()
    await term('Secrets of the configuration').waitFor()
    assert.deepEqual(await violations(page), [])
    const file = join(first.gateway.folder, 'bundle.txt')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download the bundle' }).click()
    await (await download).saveAs(file)
    const text = readFileSync(file, 'utf8')
    assert.match(text, /===== checks\.json =====/)
    for (const word of [SECRET, PASSWORD, '$scrypt']) assert.ok(!text.includes(word), word)
  })

  test('is found well or not by the doctor, in the same words as on the command line', async () => {
    const { page } = here
    await page.goto(`${first.origin}/system/doctor`)
    const findings = page.locator('.findings > li')
    await findings.first().waitFor()
    const shown = await findings.locator('p.breakable').allTextContents()
    const { stdout } = await sallyport(
      'doctor',
      '-c',
      first.gateway.file,
      '-o',
      'json',
      '--lang',
      'en',
    )
    const { items } = JSON.parse(stdout) as { items: readonly { detail: string }[] }
    const steady = (text: string): string => text.replaceAll(/`|\d+/g, '')
    assert.deepEqual(
      shown.map(steady),
      items.map(({ detail }) => steady(detail)),
    )
    assert.deepEqual(here.complaints, [])
  })
})
