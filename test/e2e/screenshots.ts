// Pictures of every page for people to look at: node test/e2e/screenshots.ts FOLDER

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeDraft, PATHS, startBusyConsole } from './all-pages.ts'
import type { PageOptions } from './chromium.ts'

const [, , folder] = process.argv
if (folder === undefined) throw new Error('name a folder')

const SETTINGS: readonly (readonly [name: string, PageOptions])[] = [
  ['en-light-1440', { language: 'en', theme: 'light', width: 1440 }],
  ['ja-dark-1440', { language: 'ja', theme: 'dark', width: 1440 }],
  ['ja-light-390', { language: 'ja', theme: 'light', width: 390, height: 844 }],
  ['en-dark-390', { language: 'en', theme: 'dark', width: 390, height: 844 }],
]
/** What polls shows itself within this time. */
const SETTLE_MS = 700

const busy = await startBusyConsole()
const { console } = busy
try {
  for (const [name, options] of SETTINGS) {
    mkdirSync(join(folder, name), { recursive: true })
    const door = await console.open('/setup', options)
    await door.page.waitForTimeout(SETTLE_MS)
    await door.page.screenshot({ path: join(folder, name, 'setup.png') })
    await door.close()
    const { page, close } = await console.open('/', options)
    await makeDraft(page, console.origin)
    for (const path of PATHS) {
      await page.goto(`${console.origin}${path}`)
      await page.waitForTimeout(300)
      if (path === '/tail') await busy.traffic()
      await page.waitForTimeout(SETTLE_MS)
      const file = `${path.replaceAll(/[/?=+]+/g, '_').replace(/^_$/, 'overview')}.png`
      await page.screenshot({ path: join(folder, name, file), fullPage: true })
    }
    await close()
  }
} finally {
  await busy.close()
}
