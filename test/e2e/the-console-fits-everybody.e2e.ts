// Who zooms, chooses the colours, wants nothing to move, converts kana, or left a tab open over an upgrade.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { makeDraft, PATHS, startBusyConsole, type BusyConsole } from './all-pages.ts'
import { violations } from './axe.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

async function settled(page: Page): Promise<void> {
  await page.locator('main h1').waitFor()
  await page.locator('.loading').first().waitFor({ state: 'detached' })
}

suite('the console', { skip, timeout: 400_000 }, () => {
  let busy: BusyConsole

  before(async () => {
    busy = await startBusyConsole()
  })

  after(async () => {
    await busy?.close()
  })

  test('scrolls sideways on no page at 320 px, nor at 200 % of a small screen, in both languages', async () => {
    const { console } = busy
    // 1280 × 800 at 200 % is 640 × 400 to a page; WCAG 2.2 1.4.10 asks for 320 px.
    for (const [language, width, height] of [
      ['ja', 320, 640],
      ['en', 640, 400],
      ['ja', 640, 400],
    ] as const) {
      const { page, close } = await console.open('/', { language, width, height })
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

  test('has the chosen one of more tabs than fit on a phone in sight', async () => {
    const { console } = busy
    const { page, close } = await console.open('/', { language: 'ja', width: 390, height: 844 })
    for (const path of ['/policies/more', '/egress/check', '/access/me', '/policies']) {
      await page.goto(`${console.origin}${path}`)
      await settled(page)
      const [left, right, width, scrolled] = await page.evaluate<number[]>(`{
        const chosen = document.querySelector('.tabs [aria-current]').getBoundingClientRect()
        const list = document.querySelector('.tabs')
        const all = list.getBoundingClientRect();
        [chosen.left - all.left, chosen.right - all.left, all.width, list.scrollLeft]
      }`)
      assert.ok(left! >= 0 && right! <= width! + 1, `${path}: ${left} to ${right} of ${width}`)
      if (path === '/policies') assert.equal(scrolled, 0)
    }
    await close()
  })

  test('shows what is chosen and focused in forced colours', async () => {
    const { console } = busy
    const { page, close } = await console.open('/')
    await page.emulateMedia({ forcedColors: 'active' })
    await page.goto(`${console.origin}/egress`)
    await settled(page)
    const styleOf = (selector: string, name: string): Promise<string> =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${name}`,
      )
    assert.equal(await styleOf('.chip[aria-current]', 'outlineStyle'), 'solid')
    assert.equal(await styleOf('.side a[aria-current]', 'outlineStyle'), 'solid')
    assert.equal(await styleOf('.badge', 'outlineStyle'), 'solid')
    await page.keyboard.press('Tab')
    assert.notEqual(await styleOf(':focus', 'outlineStyle'), 'none')
    await close()
  })

  for (const theme of ['light', 'dark'] as const) {
    test(`asks in dialogs that everybody can use, in ${theme} colours`, async () => {
      const { console } = busy
      const { page, complaints, close } = await console.open('/egress', { theme })
      const asked = async (name: string): Promise<void> => {
        const opener = page.locator('table').getByRole('button', { name }).first()
        await opener.click()
        await page.getByRole('dialog').waitFor()
        const select = page.locator('dialog select')
        if ((await select.count()) > 0) await select.first().selectOption({ index: 1 })
        assert.deepEqual(await violations(page), [], name)
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'detached' })
        assert.equal(await page.evaluate('document.activeElement?.textContent'), name)
      }
      await page.goto(`${console.origin}/egress`)
      await asked('Allow…')
      await asked('Ignore…')
      await page.goto(`${console.origin}/tail?status=4xx&path=/orders`)
      await page.getByText('live', { exact: true }).waitFor()
      assert.deepEqual(await violations(page), [])
      await busy.traffic()
      await page.locator('.tail tbody button').first().click()
      await page.getByRole('dialog').waitFor()
      assert.deepEqual(await violations(page), [])
      assert.deepEqual(complaints, [])
      await close()
    })
  }

  test('moves nothing for who wants nothing to move', async () => {
    const { console } = busy
    const { page, close } = await console.open('/')
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.goto(`${console.origin}/egress`)
    await settled(page)
    const moving = await page.evaluate<string[]>(
      `[...document.querySelectorAll('*')].filter((one) => {
        const { animationName, transitionDuration } = getComputedStyle(one)
        return animationName !== 'none' || transitionDuration.split(', ').some((time) => parseFloat(time) > 0)
      }).map((one) => one.className)`,
    )
    assert.deepEqual(moving, [])
    await close()
  })

  suite('for who converts kana', () => {
    let typing: WatchedPage

    // One sign-in for both: there are only so many in five minutes.
    before(async () => {
      typing = await busy.console.open('/tail', { language: 'ja' })
    })
    after(() => typing?.close())

    test('takes the Enter that ends a conversion for no submission', async () => {
      const { page } = typing
      const field = page.locator('input[data-filter]')
      await field.focus()
      const session = await page.context().newCDPSession(page)
      const enter = {
        windowsVirtualKeyCode: 229,
        key: 'Enter',
        code: 'Enter',
        text: '\r',
        unmodifiedText: '\r',
      }
      await session.send('Input.imeSetComposition', {
        text: 'ちゅうもん',
        selectionStart: 5,
        selectionEnd: 5,
      })
      await session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...enter })
      await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter })
      await session.send('Input.insertText', { text: '注文' })
      assert.equal(new URL(page.url()).search, '')
      assert.equal(await field.inputValue(), '注文')
      await page.keyboard.press('Enter')
      await page.waitForURL(/q=/)
    })

    test('chooses nothing in the palette on the Enter that ends a conversion', async () => {
      const { page } = typing
      await page.goto(`${busy.console.origin}/`)
      await settled(page)
      await page.keyboard.press('Control+k')
      await page.locator('.palette-input').waitFor()
      const session = await page.context().newCDPSession(page)
      await session.send('Input.imeSetComposition', {
        text: 'る',
        selectionStart: 1,
        selectionEnd: 1,
      })
      const enter = { windowsVirtualKeyCode: 229, key: 'Enter', code: 'Enter' }
      await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter })
      await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter })
      await session.send('Input.insertText', { text: 'ルート' })
      assert.equal(await page.getByRole('dialog').count(), 1)
      await page
        .getByRole('option', { name: /ルート/ })
        .first()
        .waitFor()
      await page.keyboard.press('Enter')
      await page.waitForURL('**/routes')
    })
  })

  test('tells a tab that was open over an upgrade, and loads the new page on request', async () => {
    const { console } = busy
    const { page, close } = await console.open('/routes')
    await page.route(`${console.origin}/`, async (route) => {
      const answer = await route.fetch()
      const body = (await answer.text()).replace(/index-[\w-]+\.js/g, 'index-newer.js')
      await route.fulfill({ response: answer, body })
    })
    const looked = page.waitForResponse(`${console.origin}/`)
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
    await looked
    await page.getByText('The gateway was upgraded').waitFor()
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByRole('heading', { name: 'Routes' }).waitFor()
    assert.equal(await page.getByText('The gateway was upgraded').count(), 0)
    await close()
  })
})
