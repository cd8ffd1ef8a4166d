// The command palette and the keys: what they find, where they lead, and when they keep still.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createTestIssuer } from '../support/test-issuer.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { violations } from './axe.ts'
import { chromiumPath, openPage, type WatchedPage } from './chromium.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const VIEWER = 'another fine gate keeper'

suite('keys', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    upstream = await startUpstream()
    const issuer = await createTestIssuer()
    console = await startConsole({
      config: `workers: 1
issuers:
  idp: ${issuer.yaml}
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
services: { warehouse: { endpoints: ["${upstream.url}"] } }
routes:
  - { name: orders, match: api.example.com/orders/*, to: warehouse, auth: { issuer: idp, audience: x }, limits: [ 77/min per sub ], cors: "https://app.example.com" }
  - { name: hello, match: /hello, to: warehouse, auth: public }
egress: { plain: "127.0.0.1:0", rules: [ { name: mail-out, from: [ anonymous ], allow: [ smtp.example.com ] } ] }
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  const toStart = async (): Promise<void> => {
    await watched.page.goto(`${console.origin}/`)
    await watched.page.getByRole('heading', { name: 'Overview' }).waitFor()
  }
  const jump = async (typed: string, choice: RegExp, to: string): Promise<void> => {
    const { page } = watched
    await toStart()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.type(typed)
    await page.getByRole('option', { name: choice, selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(console.origin + to)
  }

  test('find pages, routes, hosts, services and policies by a few letters', async () => {
    await jump('revisi', /^Revisions/, '/revisions')
    await jump('route orders', /^orders Route/, '/routes/orders')
    await jump('host api', /^api\.example\.com Host/, '/routes?q=api.example.com')
    await jump('warehouse', /^warehouse Service/, '/services?q=warehouse')
    await jump('policy idp', /^idp Policy/, '/policies')
    await jump('77/min', /^77\/min per sub Policy/, '/policies/limits')
    await jump('policy app.example', /^https:\/\/app\.example\.com Policy/, '/policies/cors')
    await jump('mail', /^mail-out Policy/, '/egress/rules?q=mail-out')
  })

  test('find a request by its id, which is pasted', async () => {
    const { page } = watched
    const url = `http://127.0.0.1:${console.gateway.port('plain')}/hello`
    const answer = await fetch(url)
    await answer.arrayBuffer()
    const id = answer.headers.get('x-request-id')!
    await jump(` ${id}`, new RegExp(`^Explain request ${id}`), `/explain?request=${id}`)
    await page.locator('.verdict', { hasText: 'ok' }).waitFor()
  })

  test('tell what is left out of a long list', async () => {
    const { page } = watched
    await toStart()
    await page.keyboard.press('Control+k')
    await page.getByText(/^\d+ more: type more letters$/).waitFor()
    assert.equal(await page.locator('.palette-list [role=option]').count(), 12)
    assert.deepEqual(await violations(page), [])
    await page.keyboard.type('zzzz')
    await page.getByText('Nothing found').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  test('lead to every page they are listed for', async () => {
    const { page } = watched
    await toStart()
    await page.keyboard.press('?')
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await dialog.waitFor()
    const rows = await dialog.locator('dl > div').all()
    const listed: { keys: string[]; text: string }[] = []
    for (const row of rows) {
      listed.push({
        keys: await row.locator('kbd').allInnerTexts(),
        text: await row.locator('dd').innerText(),
      })
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    const single = listed.map(({ keys }) => keys.join(' '))
    for (const key of ['Ctrl K', '?', '/', 'v', 'Esc', 'g r']) assert.ok(single.includes(key), key)
    const leading = listed.filter(({ keys }) => keys[0] === 'g')
    const links = await page.locator('nav.side a').allInnerTexts()
    assert.deepEqual(
      leading.map(({ text }) => text.replace('Go to: ', '')).toSorted(),
      links.toSorted(),
    )
    for (const { keys, text } of leading) {
      await page.keyboard.press('g')
      await page.keyboard.press(keys[1]!)
      const name = text.replace('Go to: ', '')
      await page.locator('nav.side a[aria-current=page]', { hasText: name }).waitFor()
    }
  })

  test('keep still while somebody types, in a field, in a choice and in the editor', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/routes/orders`)
    const stays = async (): Promise<void> => {
      assert.equal(await page.getByRole('dialog').count(), 0)
      assert.match(page.url(), /\/(?:routes\/orders|config)/)
    }
    const field = page.getByLabel('Owner')
    await field.focus()
    await page.keyboard.type('g r ? / g o')
    assert.equal(await field.inputValue(), 'g r ? / g o')
    await stays()
    await page.getByLabel('Who may call').focus()
    for (const key of ['g', 'o', '?', '/']) await page.keyboard.press(key)
    await stays()
    await page.goto(`${console.origin}/config`)
    await page.locator('[data-editor] .cm-content').focus()
    for (const key of ['g', 'o', '?', '/']) await page.keyboard.press(key)
    await stays()
    assert.match(await page.locator('[data-editor] .cm-content').innerText(), /go\?\//)
    await page.getByRole('button', { name: 'Discard', exact: true }).click()
    await page.getByRole('button', { name: 'Discard', exact: true }).click()
  })

  test('keep still during a conversion, wherever the focus is', async () => {
    const { page } = watched
    await toStart()
    await page.evaluate(`for (const key of ['?', 'g', 'r']) {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true }))
    }`)
    await page.evaluate(`document.body.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, isComposing: true, bubbles: true }))`)
    assert.equal(await page.getByRole('dialog').count(), 0)
    assert.equal(page.url(), `${console.origin}/`)
  })

  test('go to the filter of a table', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/routes`)
    await page.locator('table').waitFor()
    await page.keyboard.press('/')
    assert.equal(await page.evaluate(`document.activeElement?.type`), 'search')
    await page.keyboard.type('hel')
    await page.getByText('1 of 2').waitFor()
  })

  test('turn the picture of the topology into a list and back', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/topology`)
    const asList = page.getByRole('button', { name: 'Show as list' })
    await asList.waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('v')
    assert.equal(await asList.getAttribute('aria-pressed'), 'false')
    await page.locator('h1').focus()
    await page.keyboard.press('v')
    await page.getByRole('button', { name: 'Show as picture' }).waitFor()
    assert.match(page.url(), /view=list/)
    await page.keyboard.press('v')
    await asList.waitFor()
  })

  test('are off for who turned them off, over a reload, but for the palette', async () => {
    const { page } = watched
    await toStart()
    await page.keyboard.press('?')
    await page.getByLabel('Single-key shortcuts').uncheck()
    await page.keyboard.press('Escape')
    await page.reload()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    for (const key of ['?', 'g', 'r']) await page.keyboard.press(key)
    assert.equal(await page.getByRole('dialog').count(), 0)
    assert.equal(page.url(), `${console.origin}/`)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click()
    await page.getByLabel('Single-key shortcuts').check()
    await page.keyboard.press('Escape')
    assert.deepEqual(watched.complaints, [])
  })

  test('lead nobody to what they may not see', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/access`)
    await page.getByRole('button', { name: 'Add user' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('vera')
    await dialog.getByLabel('Password').fill(VIEWER)
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('vera may sign in.').waitFor()
    const viewer = await openPage(console.browser, console.origin)
    await viewer.page.goto(`${console.origin}/`)
    await signIn(viewer, 'vera', VIEWER)
    await viewer.page.getByRole('heading', { name: 'Overview' }).waitFor()
    await viewer.page.keyboard.press('g')
    await viewer.page.keyboard.press('u')
    await viewer.page.keyboard.press('?')
    const keys = viewer.page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await keys.getByText('Go to: Routes').waitFor()
    assert.equal(await keys.getByText('Go to: Audit').count(), 0)
    assert.equal(viewer.page.url(), `${console.origin}/`)
    assert.deepEqual(viewer.complaints, [])
    await viewer.close()
  })
})
