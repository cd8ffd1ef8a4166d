// Writes into the editor of the console as a person who pastes would.

import type { Page } from 'playwright-core'

/** In place of all that stands there. */
export async function writeIntoEditor(page: Page, text: string): Promise<void> {
  const editor = page.locator('[data-editor] .cm-content')
  await editor.focus()
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`)
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+v')
}
