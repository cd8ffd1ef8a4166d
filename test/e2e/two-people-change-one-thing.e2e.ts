// Two people change one file: who was later is told by whom and when, chooses field by field, and loses nothing.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { violations } from './axe.ts'
import { chromiumPath, openPage, type WatchedPage } from './chromium.ts'
import { writeIntoEditor } from './editor.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const PASSWORD = 'another fine gate keeper'

suite('two people', { skip, timeout: 150_000 }, () => {
  let console: ConsoleUnderTest
  let alice: WatchedPage
  let sato: WatchedPage

  before(async () => {
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - name: orders # of the shop
    match: /orders
    to: "http://127.0.0.1:1"
    auth: public
    limits: [ 1/s per ip ]
    timeout: 5s
`,
    })
    alice = await setUp(console)
    const { page } = alice
    await page.goto(`${console.origin}/access`)
    await page.getByRole('button', { name: 'Add user' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('sato')
    await dialog.getByLabel('Password').fill(PASSWORD)
    await dialog.getByLabel('Role').selectOption('operator')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('sato may sign in.').waitFor()
    sato = await openPage(console.browser, console.origin)
    await sato.page.goto(`${console.origin}/`)
    await signIn(sato, 'sato', PASSWORD)
  })

  after(async () => {
    await sato?.close()
    await alice?.close()
    await console?.close()
  })

  const edit = async (page: Page, change: (text: string) => string): Promise<void> => {
    await page.goto(`${console.origin}/config`)
    await writeIntoEditor(page, change(readFileSync(console.gateway.file, 'utf8')))
    await page.getByRole('link', { name: 'Review and apply' }).click()
    await page.locator('.diff').waitFor()
  }

  test('who was later is told by whom and when, and a reload loses nothing', async () => {
    await edit(alice.page, (text) => text.replace('1/s per ip', '2/s per ip').replace('5s', '6s'))
    await edit(sato.page, (text) => text.replace('1/s per ip', '3/s per ip'))
    await sato.page.getByRole('button', { name: 'Apply', exact: true }).click()
    await sato.page.getByText(/is served by every process/).waitFor()
    const { page } = alice
    await page.getByText(/Changed by sato, revision 2, (now|\d+ seconds? ago)/).waitFor()
    await page.reload()
    await page.getByText(/Changed by sato, revision 2/).waitFor()
  })

  test('and chooses field by field, by keys as well', async () => {
    const { page } = alice
    const group = page.getByRole('group', { name: 'routes › orders › limits' })
    await group.getByText('1/s per ip').waitFor()
    assert.deepEqual(await violations(page), [])
    assert.ok(await group.getByLabel(/What sato wrote/).isChecked())
    await group.getByLabel(/What sato wrote/).focus()
    await page.keyboard.press('ArrowDown')
    assert.ok(await group.getByLabel(/What I wrote/).isChecked())
    await page.getByRole('button', { name: 'Merge as chosen' }).click()
    await page.locator('.diff tr.added', { hasText: '2/s per ip' }).waitFor()
    await page.locator('.diff tr.added', { hasText: '6s' }).waitFor()
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText(/is served by every process/).waitFor()
    const text = readFileSync(console.gateway.file, 'utf8')
    assert.match(text, /2\/s per ip/)
    assert.match(text, /timeout: 6s/)
    assert.match(text, /# of the shop/)
  })

  test('a draft is that of one person alone', async () => {
    await edit(alice.page, (text) => text.replace('6s', '7s'))
    await sato.page.goto(`${console.origin}/review`)
    await sato.page.getByText('There is nothing to apply').waitFor()
    await alice.page.getByRole('button', { name: 'Discard the draft' }).click()
  })

  test('any two revisions are compared, and one is downloaded', async () => {
    const { page } = alice
    await page.goto(`${console.origin}/revisions`)
    await page.getByLabel('Compare revision 1').check()
    await page.getByLabel('Compare revision 3').check()
    await page.getByRole('link', { name: 'Compare 1 with 3' }).click()
    await page.waitForURL('**/revisions/3?from=1')
    await page.locator('.diff tr.removed', { hasText: '1/s per ip' }).waitFor()
    await page.locator('.diff tr.added', { hasText: '2/s per ip' }).waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download YAML' }).click()
    assert.equal((await download).suggestedFilename(), 'sallyport-revision-3.yaml')
  })

  test('where the file is the source there is a patch to take along instead, with the reason', async () => {
    const { page } = alice
    await page.route('**/api/v1/config/source', (route) =>
      route.fulfill({
        json: { file: 'sallyport.yaml', isWritable: false, reason: 'EROFS: read-only file system' },
      }),
    )
    await edit(page, (text) => text.replace('6s', '7s'))
    await page.getByText('sallyport.yaml is the source').waitFor()
    await page.getByText(/EROFS: read-only file system/).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Apply', exact: true }).count(), 0)
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download the patch' }).click()
    const path = await (await download).path()
    const patch = readFileSync(path, 'utf8')
    assert.match(patch, /^--- a\/sallyport\.yaml\n\+\+\+ b\/sallyport\.yaml\n@@ /)
    assert.match(patch, /^\+ {4}timeout: 7s$/m)
  })

  test('meets no complaint', () => {
    assert.deepEqual([...alice.complaints, ...sato.complaints], [])
  })
})
