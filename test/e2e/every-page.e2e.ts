// Every page in both themes: no serious fault that axe finds, no complaint of the policy, no sideways scroll on a phone.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { makeDraft, PATHS, startBusyConsole, type BusyConsole } from './all-pages.ts'
import { violations } from './axe.ts'
import { chromiumPath } from './chromium.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
async function settled(page: Page): Promise<void> {
  await page.locator('main h1').waitFor()
  await page.locator('.loading').first().waitFor({ state: 'detached' })
}

suite('every page', { skip, timeout: 480_000 }, () => {
  let busy: BusyConsole

  before(async () => {
    busy = await startBusyConsole()
  })

  after(async () => {
    await busy?.close()
  })

  for (const theme of ['light', 'dark'] as const) {
    test(`can be used by everybody, in ${theme} colours, and meets no complaint`, async () => {
      const { console } = busy
      const watched = await console.open('/', { theme, language: theme === 'dark' ? 'ja' : 'en' })
      const { page } = watched
      await makeDraft(page, console.origin)
      const faults: string[] = []
      for (const path of PATHS) {
        await page.goto(`${console.origin}${path}`)
        await settled(page)
        if (path === '/tail') {
          await busy.traffic()
          await page.locator('.tail tbody tr').first().waitFor()
        }
        for (const fault of await violations(page)) faults.push(`${path} ${fault}`)
      }
      assert.deepEqual(faults, [])
      assert.deepEqual(watched.complaints, [])
      await watched.close()
    })
  }

  test('names who was limited and how often', async () => {
    const { page, close } = await busy.console.open('/limits')
    await page.getByRole('row', { name: /alice@example\.com/ }).waitFor()
    await page.getByRole('link', { name: 'Show live' }).click()
    await page.waitForURL(/\/tail\?status=429/)
    await page.getByText('live', { exact: true }).waitFor()
    await busy.traffic()
    await page.locator('.tail .badge', { hasText: /^429$/ }).first().waitFor()
    assert.equal(await page.locator('.tail .badge', { hasText: /^404$/ }).count(), 0)
    await close()
  })

  test('fits on a phone and on 320 px without a sideways scroll', async () => {
    const { console } = busy
    for (const [language, width] of [
      ['en', 320],
      ['ja', 390],
    ] as const) {
      const { page, close } = await console.open('/', { language, width, height: 800 })
      await makeDraft(page, console.origin)
      const wide: string[] = []
      for (const path of PATHS) {
        await page.goto(`${console.origin}${path}`)
        await settled(page)
        const [has, is] = await page.evaluate<[number, number]>(
          '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
        )
        if (has > is) wide.push(`${path}: ${has} > ${is}`)
      }
      assert.deepEqual(wide, [], `${language} ${width}`)
      await close()
    }
  })
})
