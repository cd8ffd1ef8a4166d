// Routes in a real browser: what the table says of them, one text behind form and YAML, and what is said before anything is saved.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { freePort } from '../support/free-port.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { NAME, setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('a route', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    upstream = await startUpstream()
    console = await startConsole({
      config: `# The shop.
workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: everything, match: /*, to: "${upstream.url}", auth: public } # the rest
  - timeout: 7s        # first, as the team likes it
    name: orders       # what customers see
    # they asked for two
    retries: { attempts: 2 }   # unknown to the form
    match:
      methods: [POST]
      path: /orders/{id}
    to: '${upstream.url}'
    headers: { request: { set: { x-a: b } } }
    owner: team-orders
    auth: public

  - { name: broken, owner: team-b, match: /broken, to: "http://127.0.0.1:${await freePort()}", auth: public }
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  const ask = async (path: string, method = 'GET'): Promise<number> => {
    const url = `http://127.0.0.1:${console.gateway.port('plain')}${path}`
    const response = await fetch(url, { method })
    await response.arrayBuffer()
    return response.status
  }
  const served = (): string => readFileSync(console.gateway.file, 'utf8')
  const drafted = (): Promise<string | null> =>
    watched.page.evaluate(
      `JSON.parse(localStorage.getItem('sallyport.draft.${NAME}') ?? 'null')?.text ?? null`,
    )

  test('is in a table with its owner, its turn, its rate and its last failure', async () => {
    const { page } = watched
    assert.equal(await ask('/orders/7', 'POST'), 200)
    assert.equal(await ask('/anything'), 200)
    assert.equal(await ask('/broken'), 502)
    await page.goto(`${console.origin}/routes`)
    const row = (name: string) => page.getByRole('row').filter({ hasText: name })
    await row('orders').getByText('Owner: team-orders').waitFor()
    await row('orders').getByText('1 in 5 min').waitFor()
    await row('broken').getByRole('link', { name: /^502/ }).waitFor()
    await row('broken').getByText('100 %').waitFor()
    await page.getByRole('button', { name: 'Order', exact: true }).click()
    await page.waitForURL(/sort=order/)
    const names = await page.locator('tbody tr td:first-child a').allInnerTexts()
    // Fixed path before parameter before the rest.
    assert.deepEqual(names, ['broken', 'orders', 'everything'])
    await page.getByRole('searchbox').fill('team-b')
    await page.getByText('1 of 3').waitFor()
    assert.match(page.url(), /q=team-b/)
  })

  test('leads to a request filled in that it is for', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/routes`)
    await page.getByRole('link', { name: 'Test this route: orders' }).click()
    await page.waitForURL(/\/explain\?/)
    const typed = await page.getByRole('textbox').first().inputValue()
    assert.equal(typed, "curl -X POST 'https://localhost/orders/example'")
  })

  test('stays as it is, shown and open to edits, while its upstream is down, and disturbs no other', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/routes/broken`)
    assert.equal(await ask('/broken'), 502)
    assert.equal(await ask('/anything'), 200)
    await page.getByLabel('Goes to').fill(upstream.url)
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByRole('link', { name: 'Review and apply' }).click()
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText('Revision 2 is served by every process.').waitFor()
    assert.equal(await ask('/broken'), 200)
  })

  test('keeps every byte between form and YAML but those of the field that was edited', async () => {
    const { page } = watched
    const before = served()
    await page.goto(`${console.origin}/routes/orders`)
    const tab = (name: string): Promise<void> =>
      page.getByRole('link', { name, exact: true }).click()
    const shown = async (): Promise<string> => {
      await page.locator('[data-editor] .cm-line').first().waitFor()
      return (await page.locator('[data-editor] .cm-line').allTextContents()).join('\n')
    }
    await tab('YAML')
    assert.equal(await shown(), before)
    await tab('Form')
    assert.equal(await page.getByLabel('Owner').inputValue(), 'team-orders')
    assert.equal(await drafted(), null)
    await page.getByLabel('Longest wait for an answer').fill('９s')
    await page.getByText('Read as 9s').waitFor()
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByText('Nothing has changed for anybody yet.').waitFor()
    const after = before.replace('timeout: 7s', 'timeout: 9s')
    assert.equal(await drafted(), after)
    await tab('YAML')
    assert.equal(await shown(), after)
    await tab('Form')
    assert.equal(await page.getByLabel('Longest wait for an answer').inputValue(), '9s')
    assert.equal(await drafted(), after)
    assert.equal(served(), before)
  })

  test('shows at the field what is wrong, with line and column, before it is saved', async () => {
    const { page } = watched
    const text = (await drafted())!
    await page.goto(`${console.origin}/routes/orders`)
    const field = page.getByLabel('Path', { exact: true })
    await field.fill('/orders/{id')
    const line = text.split('\n').findIndex((one) => one.includes('path: /orders')) + 1
    const fault = page.locator('.field').filter({ has: field }).locator('.fault')
    await fault.getByText(new RegExp(`\\(line ${line}, column \\d+ of the file\\)`)).waitFor()
    assert.equal(await field.getAttribute('aria-invalid'), 'true')
    assert.equal(await drafted(), text)
  })

  test('says before it is saved by which other one it is shadowed', async () => {
    const { page } = watched
    const text = await drafted()
    await page.goto(`${console.origin}/routes/+new`)
    await page.getByLabel('Name').fill('late')
    await page.getByLabel('Goes to').fill(upstream.url)
    await page.getByLabel('Hosts').fill('ＡＰＩ．example.com')
    await page.getByText('Read as api.example.com').waitFor()
    await page.getByLabel('Who may call').selectOption('public')
    const shadowed = page.getByText('Shadowed by everything: it gets all requests of this route')
    await page.getByText('match: api.example.com/*').waitFor({ state: 'attached' })
    assert.equal(await shadowed.count(), 0)
    await page.getByLabel('Hosts').fill('')
    await shadowed.waitFor()
    await page.getByRole('link', { name: 'everything', exact: true }).waitFor()
    assert.equal(await drafted(), text)
  })

  test('is told as YAML, curl and command line while it is still being written', async () => {
    const { page } = watched
    await page.getByLabel('Path', { exact: true }).fill('/late/*')
    await page.getByText('The same as YAML, curl and command line').click()
    await page.getByText(/- name: late\s+match: \/late\/\*/).waitFor()
    await page.getByText(/curl -X PUT https:/).waitFor()
    await page.getByText(/npx sallyport apply sallyport\.yaml -m 'late'/).waitFor()
    assert.deepEqual(watched.complaints, [])
  })
})
