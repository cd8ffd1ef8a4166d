// The audit in a real browser: one entry for each change, whoever made it by whatever way, and a hand in the file is seen.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { sallyport } from '../support/cli.ts'
import { until } from '../support/until.ts'
import { violations } from './axe.ts'
import { chromiumPath, openPage, type WatchedPage } from './chromium.ts'
import { NAME, setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const OTHER = 'two ducks on a pond'

interface Entry {
  readonly action: string
  readonly origin: string
  readonly target: string
  readonly result: string
  readonly requestId: string
  readonly actor: { readonly kind: string; readonly name: string }
}

suite('the audit', { skip, timeout: 120_000 }, () => {
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let token = ''

  before(async () => {
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "http://127.0.0.1:1", auth: public } ]
`,
    })
    watched = await setUp(console)
  })
  after(async () => {
    await watched?.close()
    await console?.close()
  })

  const file = (): string => join(console.gateway.folder, 'data/audit/audit-000001.jsonl')
  const entries = (): readonly Entry[] =>
    readFileSync(file(), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry)
  /** What `task` adds to it. */
  const addedBy = async (task: () => Promise<unknown>): Promise<readonly Entry[]> => {
    const before = entries().length
    await task()
    return entries().slice(before)
  }
  const told = (added: readonly Entry[]): readonly string[] =>
    added.map(
      ({ origin, actor, action, target, result }) =>
        `${origin} ${actor.kind} ${action} ${target} ${result}`,
    )
  const byToken = (method: string, path: string, body: string): Promise<number> =>
    new Promise((done, fail) => {
      const agent = new Agent({ rejectUnauthorized: false, keepAlive: false })
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'if-match': '"x"',
      }
      const sent = request(`${console.origin}${path}`, { agent, method, headers }, (response) => {
        response.resume()
        done(response.statusCode ?? 0)
      })
      sent.once('error', fail)
      sent.end(body)
    })

  test('has one entry for a change at the console, with what was there before and after', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/access`)
    const added = await addedBy(async () => {
      await page.getByRole('button', { name: 'Add user' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Name').fill('vera')
      await dialog.getByLabel('Password').fill(OTHER)
      await dialog.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByText('vera may sign in.').waitFor()
    })
    assert.deepEqual(told(added), ['ui user addUser user/vera ok'])
    const changed = await addedBy(async () => {
      await page.getByRole('row', { name: /^vera/ }).getByRole('button', { name: 'Change' }).click()
      await page.getByRole('dialog').getByLabel('Role').selectOption('operator')
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
      await page.getByText('vera is changed.').waitFor()
    })
    assert.deepEqual(told(changed), ['ui user changeUser user/vera ok'])
    await page.goto(`${console.origin}/audit?action=changeUser`)
    const row = page.getByRole('row', { name: /changeUser/ })
    await row.getByText(/^#\d+$/).click()
    await row.getByText('"viewer"').waitFor()
    await row.getByText('"operator"').waitFor()
    await row.getByText('console', { exact: true }).waitFor()
    await row.getByText(changed[0]!.requestId).waitFor()
  })

  test('has one for a change by the command line, by a token and by the file', async () => {
    const dataDir = join(console.gateway.folder, 'data')
    const byCli = await addedBy(async () => {
      const made = await sallyport('token', 'add', 'ci', '--role', 'viewer', '--data-dir', dataDir)
      assert.equal(made.code, 0, made.stderr)
      token = made.stdout.trim()
    })
    assert.deepEqual(told(byCli), ['cli local addToken token/ci ok'])
    const own = JSON.stringify({ name: 'narrow', role: 'viewer' })
    const byApi = await addedBy(async () => {
      assert.equal(await byToken('POST', '/api/v1/tokens', own), 201)
    })
    assert.deepEqual(told(byApi), ['api token addToken token/narrow ok'])
    const denied = await addedBy(async () => {
      assert.equal(await byToken('PUT', '/api/v1/config', '{"text":"a: 1"}'), 403)
    })
    assert.deepEqual(told(denied), ['api token applyConfig  not_permitted'])
    const text = readFileSync(console.gateway.file, 'utf8')
    const byFile = await addedBy(async () => {
      const before = entries().length
      writeFileSync(console.gateway.file, text.replace('match: /one', 'match: /other'))
      await until('entry', () => entries().length > before, 15_000)
      const { page } = watched
      await page.goto(`${console.origin}/audit?origin=file`)
      await page
        .getByRole('row', { name: /whoever edited the file.*edited the file.*editFile.*config/ })
        .waitFor()
    })
    assert.deepEqual(told(byFile), ['file file editFile config ok'])
  })

  test('has one for a change of the configuration that goes through the review', async () => {
    const { page } = watched
    const applied = await addedBy(async () => {
      await page.goto(`${console.origin}/routes/one`)
      await page.getByLabel('Limits').fill('100/min per ip')
      await page.getByRole('button', { name: 'Put into the draft' }).click()
      await page.getByRole('link', { name: 'Review and apply' }).click()
      await page.getByLabel('Why').fill('not too often')
      await page.getByRole('button', { name: 'Apply', exact: true }).click()
      await page.getByText(/Revision 3 is served/).waitFor()
    })
    assert.deepEqual(told(applied), ['ui user applyConfig config ok'])
  })

  test('holds no secret, in the file, on the page or in what is taken away', async () => {
    const { page } = watched
    const kept = readFileSync(file(), 'utf8')
    const exported = await page.evaluate<string>(
      `fetch('/api/v1/audit/export?format=jsonl').then((answer) => answer.text())`,
    )
    for (const text of [kept, exported]) {
      assert.ok(!text.includes(OTHER) && !text.includes(token.slice(17)))
    }
  })

  test('is filtered by the address of the page, which a second browser opens as it is', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/audit`)
    await page.getByLabel('Who (exact name)').fill(NAME)
    await page.getByLabel('What (exact)', { exact: true }).fill('changeUser')
    await page.getByLabel('Result').selectOption('ok')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.waitForURL(/actor=alice&action=changeUser&result=ok$/)
    await page.locator('tbody tr').first().waitFor()
    const rows = await page.locator('tbody tr').count()
    assert.equal(rows, 1)
    const second = await openPage(console.browser, console.origin)
    await second.page.goto(page.url())
    await signIn(second)
    await second.page.locator('tbody tr').first().waitFor()
    assert.equal(await second.page.locator('tbody tr').count(), rows)
    assert.equal(
      await second.page.getByLabel('What (exact)', { exact: true }).inputValue(),
      'changeUser',
    )
    await second.close()
    for (const [name, head] of [
      ['CSV', /^\ufeff?.*,.*\r\n/],
      ['JSONL', /^\{"sequence":/],
    ] as const) {
      const [taken] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name, exact: true }).click(),
      ])
      const text = readFileSync(await taken.path(), 'utf8')
      assert.match(text, head)
      const lines = text.trimEnd().split('\n').length
      assert.equal(lines - (name === 'CSV' ? 1 : 0), rows, text)
    }
    await page.getByLabel('What (exact)', { exact: true }).fill('nothing')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByText('No entry fits.').waitFor()
    await page.getByRole('link', { name: 'Clear' }).first().click()
    await page.locator('tbody tr').nth(3).waitFor()
  })

  test('tells the first line that a hand has changed, or taken out', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/audit`)
    const verify = page.getByRole('button', { name: 'Verify the chain' })
    await verify.click()
    await page.getByText('Every entry is as it was written.').waitFor()
    const text = readFileSync(file(), 'utf8')
    const lines = text.split('\n')
    const at = lines.findIndex((line) => line.includes('"changeUser"'))
    writeFileSync(file(), text.replace('"action":"changeUser"', '"action":"readUser"'))
    await verify.click()
    await page
      .getByText(`audit-000001.jsonl, line ${at + 1}: this line is not as it was written`)
      .waitFor()
    assert.deepEqual(await violations(page), [])
    writeFileSync(file(), lines.filter((_line, index) => index !== at).join('\n'))
    await verify.click()
    await page.getByText(`line ${at + 1}: lines are missing before this one`).waitFor()
    writeFileSync(file(), text)
    await verify.click()
    await page.getByText('Every entry is as it was written.').waitFor()
    assert.deepEqual(watched.complaints, [])
  })
})
