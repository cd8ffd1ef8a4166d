// Who may do what, two people at once, changes that are taken back, sessions that end, and keys instead of a mouse.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { controlOf } from '../support/process-tree.ts'
import { chromiumPath, openPage, type WatchedPage } from './chromium.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const OTHER = 'another fine gate keeper'

suite('the console', { skip, timeout: 150_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let admin: WatchedPage

  before(async () => {
    upstream = await startUpstream()
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: first, match: /first, to: "${upstream.url}", auth: public }
  - { name: second, match: /second, to: "${upstream.url}", auth: public }
`,
    })
    admin = await setUp(console)
  })

  after(async () => {
    await admin?.close()
    await console?.close()
    await upstream?.close()
  })

  const file = (): string => readFileSync(console.gateway.file, 'utf8')
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${console.gateway.port('plain')}${path}`)).status

  test('shows a viewer no way to change anything, and the API refuses one made by hand', async () => {
    const { page } = admin
    await page.goto(`${console.origin}/access`)
    await page.getByRole('button', { name: 'Add user' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('vera')
    await dialog.getByLabel('Password').fill(OTHER)
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('vera may sign in.').waitFor()
    const viewer = await openPage(console.browser, console.origin)
    await viewer.page.goto(`${console.origin}/routes/first`)
    await signIn(viewer, 'vera', OTHER)
    await viewer.page.waitForURL('**/routes/first')
    await viewer.page.getByText('You may look, not change').waitFor()
    assert.equal(await viewer.page.getByRole('button', { name: 'Put into the draft' }).count(), 0)
    assert.equal(await viewer.page.getByRole('link', { name: 'Audit' }).count(), 0)
    const status = await viewer.page.evaluate<number>(`(async () => {
      const me = await (await fetch('/api/v1/me')).json()
      const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrfToken, 'if-match': '"x"' }
      const answer = await fetch('/api/v1/config', { method: 'PUT', headers, body: '{"text":"a: 1"}' })
      return answer.status
    })()`)
    assert.equal(status, 403)
    await viewer.close()
    await page.goto(`${console.origin}/audit?result=refused&action=applyConfig`)
    await page.getByRole('row', { name: /vera/ }).waitFor()
  })

  test('merges what two people changed, and loses nothing', async () => {
    const other = await console.open('/')
    const change = async ({ page }: WatchedPage, route: string, limit: string): Promise<void> => {
      await page.goto(`${console.origin}/routes/${route}`)
      await page.getByLabel('Limits').fill(limit)
      await page.getByRole('button', { name: 'Put into the draft' }).click()
      await page.getByRole('link', { name: 'Review and apply' }).click()
      await page.locator('.diff').waitFor()
    }
    await change(admin, 'first', '10/s per ip')
    await change(other, 'second', '20/s per ip')
    await other.page.getByRole('button', { name: 'Apply', exact: true }).click()
    await other.page.getByText(/is served by every process/).waitFor()
    await admin.page.getByText('What is served has changed since you began').waitFor()
    await admin.page.getByText('second › limits').waitFor()
    const merge = admin.page.getByRole('button', { name: 'Merge both' })
    // Their lines are neighbours: then a person decides.
    if ((await merge.count()) > 0) await merge.click()
    else await admin.page.getByRole('button', { name: 'Go on with mine whole' }).click()
    await admin.page.locator('.diff').waitFor()
    await admin.page.reload()
    await admin.page.getByText('routes › first › limits').waitFor()
    await admin.page.getByRole('button', { name: 'Discard the draft' }).click()
    await other.close()
  })

  test('counts down a change that nobody has confirmed, and takes it back on request', async () => {
    const { page } = admin
    const before = file()
    await page.goto(`${console.origin}/routes/first`)
    await page.getByLabel('Path').fill('/moved')
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByRole('link', { name: 'Review and apply' }).click()
    await page.getByLabel('Take it back by itself').selectOption('60s')
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText(/Taken back in \d+ s unless confirmed/).waitFor()
    assert.equal(await statusOf('/moved'), 200)
    await page.getByRole('button', { name: 'Take back now' }).click()
    await page.getByText('The change was taken back.').waitFor()
    assert.equal(await statusOf('/moved'), 404)
    assert.equal(file(), before)
    await page.getByText(/Taken back in/).waitFor({ state: 'detached' })
  })

  test('cannot apply what is not valid, and leads to the line', async () => {
    const { page } = admin
    await page.goto(`${console.origin}/routes/first`)
    await page.getByLabel('Limits').fill('many per ip')
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByRole('link', { name: 'Review and apply' }).click()
    await page.getByRole('heading', { name: 'The configuration is not valid' }).waitFor()
    const apply = page.getByRole('button', { name: 'Apply', exact: true })
    assert.equal(await apply.getAttribute('aria-disabled'), 'true')
    await page.getByRole('button', { name: /^sallyport\.yaml:\d+:\d+$/ }).click()
    await page.waitForURL(/\/config\?line=\d+&column=\d+/)
    await page.locator('[data-editor] .cm-lint-marker-error').first().waitFor()
    await page.getByRole('button', { name: 'Discard', exact: true }).click()
    await page.getByRole('button', { name: 'Discard', exact: true }).click()
    await page.getByText('not applied').waitFor({ state: 'detached' })
  })

  test('keeps the filter of a table in the address', async () => {
    const { page } = admin
    await page.goto(`${console.origin}/routes`)
    await page.locator('table').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('sec')
    await page.getByText('1 of 2').waitFor()
    assert.match(page.url(), /\?q=sec$/)
    await page.reload()
    await page.getByText('1 of 2').waitFor()
  })

  test('takes a change from a route to being served by keys alone', async () => {
    const { page } = admin
    await page.goto(`${console.origin}/`)
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('second')
    await page.getByRole('option', { name: /^second Route/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'second' }).waitFor()
    const goTo = async (what: string): Promise<void> => {
      const focused = `(document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.textContent ?? '').trim()`
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab')
        if ((await page.evaluate<string>(focused)) === what) return
      }
      assert.fail(`${what} is not reached by Tab`)
    }
    await goTo('Longest wait for an answer')
    await page.keyboard.type('7s')
    await page.keyboard.press('Enter')
    await page.getByText('1 change not applied').waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('review')
    await page.keyboard.press('Enter')
    await page.locator('.diff').waitFor()
    await goTo('Apply')
    await page.keyboard.press('Enter')
    await page.getByText(/is served by every process/).waitFor()
    assert.match(file(), /timeout: 7s/)
  })

  test('never submits on the Enter that ends a conversion', async () => {
    const { page } = admin
    await page.goto(`${console.origin}/routes/second`)
    await page.getByLabel('Longest wait for an answer').fill('9s')
    await page.evaluate(`(() => {
      const field = [...document.querySelectorAll('input')].find((one) => one.value === '9s')
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }))
      field.form.requestSubmit()
    })()`)
    assert.equal(await page.locator('.banner').count(), 0)
  })

  test('says so when a session has ended, and goes on where it was', async () => {
    const { page } = admin
    await page.goto(`${console.origin}/revisions`)
    await page.locator('table').waitFor()
    await page.context().clearCookies()
    await page.getByText('Your session has ended').waitFor({ timeout: 20_000 })
    await signIn(admin)
    await page.getByRole('heading', { name: 'Revisions' }).waitFor()
  })

  test('never says live while the stream is down', async () => {
    const { page } = admin
    await page.goto(`${console.origin}/tail`)
    await page.getByText('live', { exact: true }).waitFor()
    await statusOf('/first')
    await page.locator('.tail tbody tr').first().waitFor()
    assert.deepEqual(admin.complaints, [])
    process.kill(controlOf(console.gateway.process.pid!)!, 'SIGKILL')
    await page.getByText('not live', { exact: true }).waitFor()
    await page.getByText('The stream broke off').waitFor()
    assert.equal(await page.getByText('live', { exact: true }).count(), 0)
  })
})
