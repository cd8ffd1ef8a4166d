// A real gateway with its console, and a browser that has set it up.

import type { Browser } from 'playwright-core'
import { startGateway, type GatewayOptions, type TestGateway } from '../support/gateway.ts'
import { launch, openPage, type PageOptions, type WatchedPage } from './chromium.ts'

export const NAME = 'alice'
export const PASSWORD = 'a gate for every caller'

export interface ConsoleUnderTest {
  readonly gateway: TestGateway
  readonly browser: Browser
  readonly origin: string
  /** Behind `#token=` of the address that the gateway printed. */
  readonly setupToken: string
  /** A page of its own, signed in unless nobody is set up yet. */
  open(path: string, options?: PageOptions): Promise<WatchedPage>
  close(): Promise<void>
}

/** The configuration says nothing of `admin:`; it is served on a free port. `more`: what stands behind that. */
export async function startConsole(options: GatewayOptions, more = ''): Promise<ConsoleUnderTest> {
  const config = `${options.config}\nadmin: { bind: "127.0.0.1:0"${more} }\n`
  const gateway = await startGateway({ ...options, config })
  try {
    return await attach(gateway)
  } catch (error) {
    await gateway.stop()
    throw error
  }
}

async function attach(gateway: TestGateway): Promise<ConsoleUnderTest> {
  const pattern = /open (https:\/\/127\.0\.0\.1:\d+)\/setup#token=(\S+)/
  await gateway.waitFor('console', (_stdout, stderr) => pattern.test(stderr))
  const [, origin = '', setupToken = ''] = pattern.exec(gateway.stderr()) ?? []
  const browser = await launch()
  return {
    gateway,
    browser,
    origin,
    setupToken,
    async open(path, pageOptions) {
      const watched = await openPage(browser, origin, pageOptions)
      await watched.page.goto(`${origin}${path}`)
      if (path.startsWith('/setup')) return watched
      await signIn(watched)
      return watched
    },
    async close() {
      await browser.close()
      await gateway.stop()
    },
  }
}

export async function signIn(
  { page }: WatchedPage,
  name = NAME,
  password = PASSWORD,
): Promise<void> {
  const field = page.locator('input[autocomplete=username]')
  await field.fill(name)
  await page.locator('input[autocomplete=current-password]').fill(password)
  await page.locator('form button[type=submit]').click()
  await page.locator('main#content').waitFor()
}

/** Makes the first administrator on the page that the gateway's address leads to. */
export async function setUp(
  console: ConsoleUnderTest,
  options?: PageOptions,
): Promise<WatchedPage> {
  const watched = await console.open(`/setup#token=${console.setupToken}`, options)
  const { page } = watched
  await page.locator('input[autocomplete=username]').fill(NAME)
  await page.locator('input[autocomplete=new-password]').fill(PASSWORD)
  await page.locator('form button[type=submit]').click()
  await page.locator('main#content').waitFor()
  return watched
}
