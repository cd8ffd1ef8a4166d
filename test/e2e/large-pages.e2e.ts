// A thousand routes and a picture of three hundred things in a real browser: nothing that is typed or clicked waits.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const ROUTES = 1000
const MOST_DELAY_MS = 100
const LONGEST_TASK_MS = 200

interface Delays {
  /** From a key to the next frame. */
  readonly events: number[]
  /** From a key until it was looked at. */
  readonly inputs: number[]
  readonly tasks: number[]
}

/** Runs in the page, which knows more than this program's types do. */
const OBSERVE = `
  const delays = { events: [], inputs: [], tasks: [] }
  const hearEvents = (entries) => {
    for (const { name, duration, processingStart, startTime } of entries) {
      if (!/^(?:key|input|pointer|click)/.test(name)) continue
      delays.events.push(duration)
      delays.inputs.push(processingStart - startTime)
    }
  }
  const hearTasks = (entries) => {
    for (const { duration } of entries) delays.tasks.push(duration)
  }
  const events = new PerformanceObserver((list) => hearEvents(list.getEntries()))
  const tasks = new PerformanceObserver((list) => hearTasks(list.getEntries()))
  events.observe({ type: 'event', durationThreshold: 16 })
  tasks.observe({ type: 'longtask', buffered: true })
  globalThis.takeDelays = async () => {
    // Once two more frames are drawn, everything is measured.
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    hearEvents(events.takeRecords())
    hearTasks(tasks.takeRecords())
    return delays
  }
`

/** Notes when the first row was drawn; then scrolls for a second and counts the frames. */
const PAINT = `
  let paintedMs = 0
  const look = () => {
    if (document.querySelector('tbody tr') !== null) requestAnimationFrame(() => (paintedMs = performance.now()))
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
  globalThis.takePaint = async () => {
    const config = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/api/v1/config'))
    const endMs = performance.now() + 1000
    let frames = 0
    while (performance.now() < endMs) {
      scrollBy(0, 40)
      await new Promise(requestAnimationFrame)
      frames++
    }
    return [paintedMs - config.responseEnd, frames]
  }
`

/** Notes what the browser itself measures of keys and clicks from now on, and of long tasks since the page was opened. */
async function observe(page: Page): Promise<void> {
  await page.evaluate(`(() => {${OBSERVE}})()`)
}

function delaysOf(page: Page): Promise<Delays> {
  return page.evaluate('takeDelays()')
}

function most(values: readonly number[]): number {
  return Math.round(Math.max(0, ...values))
}

suite('large pages', { skip, timeout: 180_000 }, () => {
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    const routes = Array.from({ length: ROUTES }, (_, at) => {
      const service = at < 100 ? `service-${at}` : 'http://127.0.0.1:1'
      return `  - { name: route-${at}, match: /path-${at}/*, to: ${service}, auth: public }`
    })
    const services = Array.from({ length: 100 }, (_, at) => {
      return `  service-${at}: { endpoints: [ "http://127.0.0.1:${20_000 + at}" ] }`
    })
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
services:
${services.join('\n')}
routes:
${routes.join('\n')}
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
  })

  test('a filter over a thousand routes follows the keys', async (t) => {
    const { page } = watched
    await page.goto(`${console.origin}/routes`)
    await page.getByText('1,000 of 1,000').waitFor()
    await observe(page)
    await page.getByRole('searchbox').pressSequentially('route-77', { delay: 60 })
    await page.getByText('11 of 1,000').waitFor()
    for (let i = 0; i < 8; i++) await page.keyboard.press('Backspace')
    await page.getByText('1,000 of 1,000').waitFor()
    const { events, inputs, tasks } = await delaysOf(page)
    t.diagnostic(`key to frame ${most(events)} ms, to its handler ${most(inputs)} ms at most`)
    t.diagnostic(`longest task ${most(tasks)} ms`)
    assert.ok(most(inputs) < MOST_DELAY_MS, `${most(inputs)} ms`)
  })

  test('a thousand routes are painted soon after their data, and every one can be scrolled to', async (t) => {
    const { page } = watched
    await page.addInitScript(PAINT)
    await page.goto(`${console.origin}/routes`)
    await page.getByText('1,000 of 1,000').waitFor()
    const [paintedMs, frames] = await page.evaluate<[number, number]>('takePaint()')
    t.diagnostic(`first rows ${Math.round(paintedMs)} ms after their data; ${frames} frames in 1 s`)
    const last = page.getByRole('link', { name: 'route-999', exact: true })
    await until('last row', async () => {
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
      return (await last.count()) > 0
    })
    await last.scrollIntoViewIfNeeded()
    assert.equal(await page.locator('tbody tr').count(), ROUTES)
  })

  test('three hundred things are drawn and clicked without a long task', async (t) => {
    const { page } = watched
    // The routes of a hundred services, with their endpoints: three hundred things and a few.
    await page.goto(`${console.origin}/topology?all=1&q=service-`)
    await page.getByRole('button', { name: /^Service, service-0/ }).waitFor()
    const filtered = await page.locator('.topology .box').count()
    assert.ok(filtered >= 300, `${filtered}`)
    await observe(page)
    await page.getByRole('button', { name: 'Route, route-42', exact: true }).click()
    await page.getByRole('complementary').waitFor()
    const { events, tasks } = await delaysOf(page)
    t.diagnostic(
      `${filtered} boxes: click to frame ${most(events)} ms, longest task ${most(tasks)} ms`,
    )
  })

  test('above a hundred and fifty they are put together, and the page says so', async (t) => {
    const { page } = watched
    await page.goto(`${console.origin}/topology`)
    await observe(page)
    await page.getByText(/are put together by name/).waitFor()
    const boxes = await page.locator('.topology .box').count()
    assert.ok(boxes <= 150, `${boxes}`)
    await page.getByRole('button', { name: /^Route, route… \(985\)/ }).click()
    const { tasks } = await delaysOf(page)
    t.diagnostic(`${boxes} boxes: longest task ${most(tasks)} ms`)
    if (most(tasks) > LONGEST_TASK_MS) t.diagnostic('longer than it should be: a busy machine?')
    assert.deepEqual(watched.complaints, [])
  })
})
