// The machine's own Chromium, driven by playwright-core; every page tells what a strict policy or a script complained of.

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'

export function chromiumPath(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, 'chromium')).find(existsSync) ?? null
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath()!,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}

export interface PageOptions {
  readonly language?: 'en' | 'ja'
  readonly theme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
}

export interface WatchedPage {
  readonly page: Page
  /** Faults of scripts, refusals of the policy, and requests that left the origin. */
  readonly complaints: readonly string[]
  readonly close: () => Promise<void>
}

export async function openPage(
  browser: Browser,
  origin: string,
  { language = 'en', theme = 'light', width = 1440, height = 900 }: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    locale: language === 'ja' ? 'ja-JP' : 'en-GB',
    timezoneId: 'Asia/Tokyo',
    colorScheme: theme,
    viewport: { width, height },
  })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`))
  page.on('console', (message) => {
    const text = message.text()
    // A refusal of the API is no fault of the page.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) {
      complaints.push(`console: ${text}`)
    }
  })
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('blob:')) complaints.push(`request: ${url}`)
  })
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return { page, complaints, close: () => context.close() }
}
