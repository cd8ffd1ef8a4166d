// The second factor in a real browser: scanned, confirmed, asked for at the door and at the command line, and taken away.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { totpCode, totpStep } from '../../gateway/control/access/totp.ts'
import { ageSessions } from './aged-sessions.ts'
import { violations } from './axe.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { NAME, PASSWORD, setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const CONFIG = `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "http://127.0.0.1:1", auth: public } ]
`
suite('an administrator with an authenticator app', { skip, timeout: 120_000 }, () => {
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let secret = ''
  let recovery: readonly string[] = []
  /** Of the latest code that was used; the next one counts already half a minute before its time. */
  let step = 0

  before(async () => {
    console = await startConsole({ config: CONFIG })
    watched = await setUp(console)
  })
  after(async () => {
    await watched?.close()
    await console?.close()
  })

  const nextCode = (): string => {
    step = Math.max(step + 1, totpStep(Date.now()))
    return totpCode(secret, step)
  }

  test('scans the picture, and nothing is asked for before a first code', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/access/me`)
    await page.getByRole('button', { name: 'Set it up' }).click()
    const picture = page.getByRole('img', { name: 'QR code with the secret for the app' })
    await picture.waitFor()
    // Dark squares on a light one, drawn without a style.
    assert.equal(await picture.locator('rect').getAttribute('fill'), '#fff')
    assert.ok(((await picture.locator('path').getAttribute('d')) ?? '').length > 1000)
    await page.getByText('The app cannot scan it').click()
    secret = (await page.locator('.copyable pre').innerText()).replaceAll(/\s/g, '')
    assert.match(secret, /^[A-Z2-7]{32}$/)
    assert.deepEqual(await violations(page), [])
    await page.getByRole('button', { name: 'Confirm the code' }).click()
    await page.getByText('Write the code.').waitFor()
    await page.getByLabel('Code', { exact: true }).fill('000000')
    await page.getByRole('button', { name: 'Confirm the code' }).click()
    await page.getByText(/the code is not the one of now/).waitFor()
  })

  test('confirms it, and keeps the recovery codes that are shown once', async () => {
    const { page } = watched
    await page.getByLabel('Code', { exact: true }).fill(nextCode())
    await page.getByRole('button', { name: 'Confirm the code' }).click()
    await page.getByText('Your recovery codes are shown here once').waitFor()
    recovery = (await page.locator('.copyable pre').innerText()).split('\n')
    assert.equal(recovery.length, 10)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as a file' }).click(),
    ])
    assert.equal(file.suggestedFilename(), 'sallyport-recovery-codes.txt')
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText('Put them in a safe place first').waitFor()
    await page.getByLabel('I have put them in a safe place').check()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText('Recovery codes left: 10').waitFor()
  })

  test('is asked for a code at the door, which takes each once', async () => {
    const other = await console.browser.newPage({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const enter = async (code: string): Promise<void> => {
      await other.goto(console.origin)
      await other.locator('input[autocomplete=username]').fill(NAME)
      await other.locator('input[autocomplete=current-password]').fill(PASSWORD)
      await other.getByRole('button', { name: 'Sign in' }).click()
      await other.getByText(`${NAME} has a second factor.`).waitFor()
      const field = other.locator('input[autocomplete=one-time-code]')
      assert.equal(await other.evaluate('document.activeElement.autocomplete'), 'one-time-code')
      await field.fill(code)
      await other.keyboard.press('Enter')
    }
    const insert = async (code: string): Promise<void> => {
      await other.locator('input[autocomplete=one-time-code]').fill(code)
      await other.keyboard.press('Enter')
    }
    // No more attempts than a person has: a wrong code, the right one, and once more.
    const code = nextCode()
    await enter('000000')
    await other.getByText('the name, the password or the code is wrong').waitFor()
    await insert(code)
    await other.locator('main#content').waitFor()
    await other.context().clearCookies()
    await enter(code)
    await other.getByText('a code counts once').waitFor()
    await insert((recovery[0] ?? '').toUpperCase())
    await other.locator('main#content').waitFor()
    await other.close()
  })

  test('shows who it is once more before a token is made, and nothing that was typed is lost', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/access/tokens`)
    await page.getByRole('button', { name: 'Make a token' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Make a token' })
    await dialog.getByLabel('What it is for').fill('night shift')
    await ageSessions(console)
    await dialog.getByRole('button', { name: 'Make it' }).click()
    const again = page.getByRole('dialog', { name: 'Show that it is you' })
    await again.waitFor()
    assert.deepEqual(await violations(page), [])
    await again.getByLabel('Password').fill(PASSWORD)
    await again.getByRole('button', { name: 'Continue' }).click()
    await again.getByLabel('Code', { exact: true }).fill(recovery[1] ?? '')
    await again.getByRole('button', { name: 'Continue' }).click()
    await dialog.getByText('Shown once, here and now:').waitFor()
    const token = await dialog.locator('.copyable pre').first().innerText()
    assert.match(token, /^sap_/)
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('row', { name: /night shift/ }).waitFor()
  })

  test('changes nothing by turning away from that question', async () => {
    const { page } = watched
    await ageSessions(console)
    await page.goto(`${console.origin}/access`)
    await page.getByRole('button', { name: 'Add user' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add user' })
    await dialog.getByLabel('Name').fill('eve')
    await dialog.getByLabel('Password').fill(PASSWORD)
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    const again = page.getByRole('dialog', { name: 'Show that it is you' })
    await again.getByRole('button', { name: 'Cancel' }).click()
    await dialog.getByText('Nothing was done: it was not shown that it is you').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('row', { name: new RegExp(NAME) }).waitFor()
    assert.equal(await page.getByRole('row', { name: /^eve / }).count(), 0)
  })

  test('goes on in another tab that was open meanwhile', async () => {
    const { page } = watched
    const other = await page.context().newPage()
    await other.goto(`${console.origin}/access/me`)
    await other.getByRole('heading', { name: 'Second factor' }).waitFor()
    await page.goto(`${console.origin}/access/me`)
    await page.getByRole('button', { name: 'Make new recovery codes' }).click()
    const again = page.getByRole('dialog', { name: 'Show that it is you' })
    await again.getByLabel('Password').fill(PASSWORD)
    await again.getByRole('button', { name: 'Continue' }).click()
    await again.getByLabel('Code', { exact: true }).fill(recovery[2] ?? '')
    await again.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('Your recovery codes are shown here once').waitFor()
    // Its token is that of the session of before.
    await other.getByRole('button', { name: 'Switch it off' }).click()
    await other.getByRole('dialog').getByRole('button', { name: 'Switch it off' }).click()
    await other.getByText('The second factor is off.').waitFor()
    await other.getByRole('button', { name: 'Set it up' }).waitFor()
    await other.close()
  })

  test('meets no complaint of the policy and no fault of a script', () => {
    assert.deepEqual(watched.complaints, [])
  })
})

suite('a gateway where everybody needs a second factor', { skip, timeout: 60_000 }, () => {
  test('shows nothing else until it is set up', async () => {
    const console = await startConsole({ config: CONFIG }, ', secondFactor: required')
    try {
      const watched = await console.open(`/setup#token=${console.setupToken}`)
      const { page } = watched
      await page.locator('input[autocomplete=username]').fill(NAME)
      await page.locator('input[autocomplete=new-password]').fill(PASSWORD)
      await page.locator('form button[type=submit]').click()
      await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor()
      await page.goto(`${console.origin}/access`)
      await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor()
      assert.equal(await page.locator('nav').count(), 0)
      await page.getByText('The app cannot scan it').click()
      const shown = await page.locator('.copyable pre').innerText()
      const code = totpCode(shown.replaceAll(/\s/g, ''), totpStep(Date.now()))
      await page.getByLabel('Code', { exact: true }).fill(code)
      await page.getByRole('button', { name: 'Confirm the code' }).click()
      await page.getByLabel('I have put them in a safe place').check()
      await page.getByRole('button', { name: 'Done' }).click()
      await page.locator('main#content').waitFor()
      await page.goto(`${console.origin}/access/me`)
      await page.getByText('Here everybody needs one').waitFor()
      assert.deepEqual(watched.complaints, [])
      await watched.close()
    } finally {
      await console.close()
    }
  })
})
