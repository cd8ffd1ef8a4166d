// The six pictures of the README, of a gateway that has been busy for a while: node test/e2e/pictures.ts FOLDER

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { makeDraft, startBusyConsole } from './all-pages.ts'
import type { PageOptions } from './chromium.ts'

const [, , folder] = process.argv
if (folder === undefined) throw new Error('name a folder')

const BUSY_MS = 60_000
const SETTLE_MS = 1500
const SIZE = { width: 1280, height: 860 } as const

/** A call without a token, as somebody would look it up who was told its id. */
async function explainRefusal(page: Page, origin: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${console.gateway.port('plain')}/orders/1`)
  await answer.arrayBuffer()
  await page.goto(`${origin}/explain?request=${answer.headers.get('x-request-id')}`)
}

const busy = await startBusyConsole()
const { console } = busy
mkdirSync(folder, { recursive: true })
const take = async (
  name: string,
  options: PageOptions,
  show: (page: Page, origin: string) => Promise<unknown>,
): Promise<void> => {
  const { page, close } = await console.open('/', { ...SIZE, ...options })
  await show(page, console.origin)
  await page.waitForTimeout(SETTLE_MS)
  await page.screenshot({ path: join(folder, `${name}.png`) })
  await close()
}
const to = (path: string) => (page: Page, origin: string) => page.goto(`${origin}${path}`)
try {
  const endMs = performance.now() + BUSY_MS
  while (performance.now() < endMs) {
    await busy.traffic()
    await pause(200 + 800 * Math.random())
  }
  await take('overview', { theme: 'light' }, to('/'))
  await take('topology', { theme: 'dark' }, to('/topology'))
  await take('egress', { theme: 'light' }, to('/egress'))
  await take('limits', { theme: 'light' }, to('/limits'))
  await take('explain', { theme: 'dark' }, explainRefusal)
  await take('review', { theme: 'light' }, async (page, origin) => {
    await makeDraft(page, origin)
    await page.goto(`${origin}/review`)
  })
} finally {
  await busy.close()
}
