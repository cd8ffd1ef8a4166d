// Revisions in a real browser: who, from where and why; compared, tagged, taken away as a file, and served again.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { sallyport } from '../support/cli.ts'
import { until } from '../support/until.ts'
import { violations } from './axe.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { NAME, setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('the history', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    upstream = await startUpstream()
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: one, match: /one, to: "${upstream.url}", auth: public }
`,
    })
    watched = await setUp(console)
  })
  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  const statusOf = async (path: string): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${console.gateway.port('plain')}${path}`)
    await response.arrayBuffer()
    return response.status
  }
  const revision = (number: number) =>
    watched.page
      .getByRole('row')
      .filter({ has: watched.page.getByRole('link', { name: String(number), exact: true }) })
  const dataDir = (): string => join(console.gateway.folder, 'data')

  test('says of each revision who made it, from where and why', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/routes/one`)
    await page.getByLabel('Path').fill('/two')
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByRole('link', { name: 'Review and apply' }).click()
    await page.getByLabel('Why').fill('the path moved')
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText(/Revision 2 is served/).waitFor()
    const file = join(console.gateway.folder, 'next.yaml')
    writeFileSync(file, readFileSync(console.gateway.file, 'utf8').replace('/two', '/three'))
    const applied = await sallyport('apply', file, '-m', 'by the pipeline', '--data-dir', dataDir())
    assert.equal(applied.code, 0, applied.stderr)
    await page.goto(`${console.origin}/revisions`)
    await revision(1).getByText('whoever edited the file').waitFor()
    await revision(1).getByText('file', { exact: true }).waitFor()
    await revision(2).getByText(NAME).waitFor()
    await revision(2).getByText('console', { exact: true }).waitFor()
    await revision(2).getByText('the path moved').waitFor()
    await revision(3).getByText('command line').waitFor()
    await revision(3).getByText('by the pipeline').waitFor()
    await revision(3).getByText('served').waitFor()
  })

  test('shows an edit of the file on the open page, as one of the file', async () => {
    const text = readFileSync(console.gateway.file, 'utf8')
    writeFileSync(console.gateway.file, text.replace('/three', '/four'))
    await until('edit', async () => (await statusOf('/four')) === 200, 15_000)
    await revision(4).getByText('file', { exact: true }).waitFor({ timeout: 15_000 })
    await revision(4).getByText('served').waitFor({ timeout: 15_000 })
  })

  test('compares any two of them, by an address that can be handed on', async () => {
    const { page } = watched
    await page.getByRole('checkbox', { name: 'Compare revision 4' }).check()
    await page.getByRole('checkbox', { name: 'Compare revision 1' }).check()
    await page.getByRole('link', { name: 'Compare 1 with 4' }).click()
    await page.waitForURL(/\/revisions\/4\?from=1$/)
    await page.locator('.diff tr.removed', { hasText: '/one' }).waitFor()
    await page.locator('.diff tr.added', { hasText: '/four' }).waitFor()
    assert.equal(await page.locator('.diff tr', { hasText: '/two' }).count(), 0)
  })

  test('gives one away as the file that it was, with its checksum', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/revisions/2`)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download YAML' }).click(),
    ])
    assert.equal(file.suggestedFilename(), 'sallyport-revision-2.yaml')
    const text = readFileSync(await file.path(), 'utf8')
    assert.match(text, /match: \/two/)
    await page.getByText(createHash('sha256').update(text).digest('hex')).waitFor()
  })

  test('keeps one under a name, which the list and the command line show', async () => {
    const { page } = watched
    await page.getByRole('button', { name: 'Tag…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Tag revision 2' })
    await dialog.getByRole('button', { name: 'Tag it' }).click()
    await dialog.getByText('Write a name.').waitFor()
    await dialog.getByLabel('Tag').fill('before the move')
    assert.deepEqual(await violations(page), [])
    await dialog.getByRole('button', { name: 'Tag it' }).click()
    await page.getByText('It is kept as “before the move”.').waitFor()
    await page.goto(`${console.origin}/revisions`)
    await revision(2).getByText('before the move').waitFor()
    const listed = await sallyport('history', '--data-dir', dataDir())
    assert.match(listed.stdout, /^2 +before the move/m)
    const tagged = await sallyport('history', 'tag', '1', 'first', '--data-dir', dataDir())
    assert.equal(tagged.code, 0, tagged.stderr)
    assert.equal((await sallyport('history', 'untag', '1', '--data-dir', dataDir())).code, 0)
    assert.equal((await sallyport('history', 'tag', '99', 'x', '--data-dir', dataDir())).code, 1)
    assert.equal((await sallyport('history', 'frob', '--data-dir', dataDir())).code, 2)
  })

  test('serves an earlier one again within two seconds, as a new one', async (t) => {
    const { page } = watched
    assert.deepEqual([await statusOf('/two'), await statusOf('/four')], [404, 200])
    await page.goto(`${console.origin}/revisions/2`)
    await page.getByRole('button', { name: 'Serve this again' }).click()
    const begun = performance.now()
    await page.getByRole('dialog').getByRole('button', { name: 'Serve this again' }).click()
    await until('restored', async () => (await statusOf('/two')) === 200, 10_000)
    t.diagnostic(`served after ${Math.round(performance.now() - begun)} ms`)
    assert.equal(await statusOf('/four'), 404)
    await page.getByText('Revision 5 is served by every process.').waitFor()
    await revision(5).getByText('restore of 2').waitFor()
    await revision(5).getByText('served').waitFor()
    // What was there is as it was.
    await revision(4).waitFor()
    assert.deepEqual(watched.complaints, [])
  })

  test('teaches where to change it instead, while the file can only be read', async () => {
    const { page } = watched
    const isAway = {
      file: 'sallyport.yaml',
      isWritable: false,
      reason: 'EROFS: read-only file system',
    }
    await page.route('**/api/v1/config/source', (route) => route.fulfill({ json: isAway }))
    await page.goto(`${console.origin}/revisions/1`)
    await page.getByText('sallyport.yaml is the source').waitFor()
    await page.getByText(/Download this revision and put it where the file comes from/).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Serve this again' }).count(), 0)
    await page.getByRole('button', { name: 'Download YAML' }).waitFor()
  })
})
