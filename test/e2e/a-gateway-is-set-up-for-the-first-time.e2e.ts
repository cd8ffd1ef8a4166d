// The first run: everything leads to the setup, the token opens it once and waits as long as it takes, and the environment
// can do without it.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { startGateway } from '../support/gateway.ts'
import { writeIntoEditor } from './editor.ts'
import { chromiumPath, launch, openPage, type WatchedPage } from './chromium.ts'
import {
  NAME,
  PASSWORD,
  signIn,
  startConsole,
  type ConsoleUnderTest,
} from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const CONFIG = `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: only, match: /only, to: "http://127.0.0.1:1", auth: public } ]
`

interface Answer {
  readonly status: number
  readonly type: string
  readonly code: string
}

function postSetUp(page: Page, body: object): Promise<Answer> {
  return page.evaluate<Answer>(`(async () => {
    const headers = { 'content-type': 'application/json' }
    const body = ${JSON.stringify(JSON.stringify(body))}
    const answer = await fetch('/api/v1/setup', { method: 'POST', headers, body })
    const { code } = await answer.json()
    return { status: answer.status, type: answer.headers.get('content-type'), code }
  })()`)
}

suite('the first run', { skip, timeout: 120_000 }, () => {
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    console = await startConsole({ config: CONFIG })
    watched = await openPage(console.browser, console.origin)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
  })

  const tokenFile = (): string => join(console.gateway.folder, 'data/setup-token')
  const press = (): Promise<void> =>
    watched.page.getByRole('button', { name: 'Make the administrator' }).click()

  test('leads every address to the setup', async () => {
    const { page } = watched
    for (const path of ['/', '/routes?q=x', '/login', '/egress/rules', '/audit', '/nowhere']) {
      await page.goto(console.origin + path)
      await page.waitForURL(`${console.origin}/setup`)
      await page.getByRole('heading', { name: 'Set up the console' }).waitFor()
    }
  })

  test('explains without the token where it is, and the API answers 403 as a problem', async () => {
    const { page } = watched
    await page.getByText(`cat ${tokenFile()}`).waitFor()
    assert.ok(existsSync(tokenFile()))
    for (const token of [{}, { token: '' }, { token: 'guessed' }]) {
      const { status, type, code } = await postSetUp(page, {
        ...token,
        name: NAME,
        password: PASSWORD,
      })
      assert.deepEqual([status, code], [403, 'not_permitted'])
      assert.match(type, /^application\/problem\+json/)
    }
  })

  test('never keeps its button from being pressed, and lists what is missing beside it', async () => {
    const { page } = watched
    const button = page.getByRole('button', { name: 'Make the administrator' })
    const missing = page.getByRole('alert').filter({ hasText: 'Still missing:' })
    assert.ok(await button.isEnabled())
    await press()
    await missing.getByText('the setup token').waitFor()
    await missing.getByText('a name').waitFor()
    await missing.getByText('12 more characters in the password').waitFor()
    await page.getByLabel('Password', { exact: true }).fill('twelve is')
    await missing.getByText('3 more characters in the password').waitFor()
    const [list, place] = await Promise.all([missing.boundingBox(), button.boundingBox()])
    assert.ok(Math.abs(place!.y - (list!.y + list!.height)) < 60)
  })

  test('locks nobody out who mistyped the token, however late', async () => {
    const { page } = watched
    await page.getByLabel('Name').fill(NAME)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    for (const wrong of ['one', 'two', 'three']) {
      await page.getByLabel('Setup token').fill(wrong)
      await press()
      await page.getByText('the setup token is wrong').waitFor()
    }
    await page.getByLabel('Setup token').fill(` ${readFileSync(tokenFile(), 'utf8')}`)
    await press()
    await page.getByRole('heading', { name: 'Protect your first service' }).waitFor()
  })

  test('is over then: the token is dead, and the page is gone and says why', async () => {
    const { page } = watched
    assert.equal(existsSync(tokenFile()), false)
    const body = { token: console.setupToken, name: 'mallory', password: PASSWORD }
    assert.deepEqual(await postSetUp(page, body).then(({ status, code }) => [status, code]), [
      409,
      'conflict',
    ])
    const stranger = await openPage(console.browser, console.origin)
    const answer = await stranger.page.goto(`${console.origin}/setup#token=${console.setupToken}`)
    assert.equal(answer?.status(), 404)
    await stranger.page.getByText('This gateway is set up already.').waitFor()
    assert.equal(await stranger.page.locator('input').count(), 0)
    assert.deepEqual(stranger.complaints, [])
    await stranger.close()
  })

  test('teaches the first step where there is no route yet', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/config`)
    await writeIntoEditor(page, CONFIG.replace(/routes: .*/, 'routes: []'))
    await page.getByText(/changes? not applied/).waitFor()
    await page.goto(`${console.origin}/routes`)
    const empty = page.locator('.empty')
    await empty.getByText('No route yet: every request is answered 404.').waitFor()
    assert.equal(await empty.locator('.button.primary').count(), 1)
    await empty.getByText(/^npx sallyport /).waitFor()
    await empty.getByRole('link', { name: 'Documentation of the API' }).click()
    await page.waitForURL('**/api-docs?op=applyConfig')
    await page.goto(`${console.origin}/routes`)
    await empty.getByRole('link', { name: 'Protect your first service' }).click()
    await page.getByLabel('Address of your service').waitFor()
    assert.deepEqual(watched.complaints, [])
  })
})

suite('an administrator of the environment', { skip, timeout: 60_000 }, () => {
  test('signs in without any wizard, and the password is written down nowhere', async () => {
    const gateway = await startGateway({
      config: `${CONFIG}admin: { bind: "127.0.0.1:0" }\n`,
      env: { INITIAL_ADMIN_NAME: NAME, INITIAL_ADMIN_PASSWORD: PASSWORD },
    })
    const console = await startConsoleOf(gateway)
    try {
      const { page, complaints } = console.watched
      await page.goto(`${console.origin}/setup`)
      await page.getByText('This gateway is set up already.').waitFor()
      await page.getByRole('link', { name: 'Sign in' }).click()
      await signIn(console.watched)
      await page.goto(`${console.origin}/audit?action=setUp`)
      await page.getByRole('row', { name: new RegExp(`user/${NAME}`) }).waitFor()
      assert.doesNotMatch(gateway.stderr(), /setup#token|setup; token/)
      assert.ok(!(gateway.stdout() + gateway.stderr()).includes(PASSWORD))
      const data = join(gateway.folder, 'data')
      for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue
        const path = join(entry.parentPath, entry.name)
        assert.ok(!readFileSync(path).includes(PASSWORD), path)
      }
      assert.deepEqual(complaints, [])
    } finally {
      await console.close()
    }
  })
})

async function startConsoleOf(gateway: Awaited<ReturnType<typeof startGateway>>) {
  const place = /the console is at (https:\/\/127\.0\.0\.1:\d+)\//
  await gateway.waitFor('console', (_stdout, stderr) => place.test(stderr))
  const [, origin = ''] = place.exec(gateway.stderr()) ?? []
  const browser = await launch()
  const watched = await openPage(browser, origin)
  return {
    origin,
    watched,
    async close() {
      await browser.close()
      await gateway.stop()
    },
  }
}
