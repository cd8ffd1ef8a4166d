// 2,000 requests a second: the live view says what it shows of them, stays usable, and hides nothing that was asked for.

import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const PER_SECOND = 2000
const CONNECTIONS = 20
const TICK_MS = 10
const TYPED = 'abcdefghijklmnopqrstuvwxyz'

/** Requests on a few connections, evenly; answers what ends it. */
async function flood(port: number): Promise<() => void> {
  const request = Buffer.from('GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const sockets: Socket[] = []
  for (let i = 0; i < CONNECTIONS; i++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    sockets.push(socket.resume())
  }
  let sent = 0
  const startedMs = performance.now()
  const timer = setInterval(() => {
    const due = ((performance.now() - startedMs) / 1000) * PER_SECOND
    for (; sent < due; sent++) sockets[sent % CONNECTIONS]!.write(request)
  }, TICK_MS)
  return () => {
    clearInterval(timer)
    for (const socket of sockets) socket.destroy()
  }
}

suite('the live view in a flood', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let end = (): void => {}

  before(async () => {
    upstream = await startUpstream()
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: flood, match: /flood, to: "${upstream.url}", auth: public }
  - { name: rare, match: /rare, to: "${upstream.url}", auth: public }
telemetry: { accessLog: off }
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    end()
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  test('says how many of how many it shows, and takes typing meanwhile', async (t) => {
    const { page } = watched
    await page.goto(`${console.origin}/tail`)
    await page.getByText('live', { exact: true }).waitFor()
    end = await flood(console.gateway.port('plain'))
    await page.getByText(/^showing [\d,]+\/s of [\d,]+\/s/).waitFor()
    await page.evaluate(`(() => {
      window.inputDelays = []
      new PerformanceObserver((list) => {
        for (const { name, startTime, processingStart, duration } of list.getEntries()) {
          if (name === 'keydown') window.inputDelays.push([processingStart - startTime, duration])
        }
      }).observe({ type: 'event', durationThreshold: 16, buffered: true })
    })()`)
    await page.locator('details.more summary').click()
    const field = page.locator('input[data-filter]')
    await field.focus()
    for (let i = 0; i < 3; i++) await page.keyboard.type(TYPED, { delay: 40 })
    const delays = await page.evaluate<[number, number][]>('window.inputDelays')
    const worst = (index: 0 | 1): number =>
      Math.round(Math.max(0, ...delays.map((one) => one[index])))
    const said = await page.getByText(/^showing [\d,]+\/s of [\d,]+\/s/).innerText()
    t.diagnostic(
      `${said}; of ${3 * TYPED.length} keys ${delays.length} took 16 ms or more until painted; worst wait ${worst(0)} ms, worst until painted ${worst(1)} ms`,
    )
    assert.equal(await field.inputValue(), TYPED.repeat(3))
    const [, shown = '', all = ''] = /showing ([\d,]+)\/s of ([\d,]+)\/s/.exec(said) ?? []
    const numbers = [shown, all].map((text) => Number(text.replaceAll(',', '')))
    assert.ok(numbers[0]! <= 260 && numbers[1]! > 2 * numbers[0]!, said)
  })

  test('freezes while it is paused, counts what waits, and goes on in order', async () => {
    const { page } = watched
    await page.getByRole('button', { name: 'Pause' }).click()
    const first = await page.locator('.tail tbody tr').first().innerText()
    const waiting = async (): Promise<number> => {
      const text = await page.getByRole('button', { name: /^Go on/ }).innerText()
      return Number(/\(([\d,]+) waiting\)/.exec(text)?.[1]?.replaceAll(',', '') ?? 0)
    }
    await until('waiting rows', async () => (await waiting()) > 200)
    assert.equal(await page.locator('.tail tbody tr').first().innerText(), first)
    await page.getByRole('button', { name: /^Go on/ }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    const times = await page.locator('.tail tbody tr:not(.gap) td:first-child').allInnerTexts()
    assert.deepEqual(times, times.toSorted().toReversed())
  })

  test('with a filter for the few shows every one of them', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/tail?route=rare`)
    await page.getByText('live', { exact: true }).waitFor()
    await page.getByText('No request fits this filter yet:').waitFor()
    await page.getByText('Route: rare').first().waitFor()
    for (let i = 0; i < 20; i++) {
      await (await fetch(`http://127.0.0.1:${console.gateway.port('plain')}/rare`)).text()
    }
    await page.locator('.tail tbody tr').nth(19).waitFor()
    assert.equal(await page.locator('.tail tbody tr').count(), 20)
    end()
    await page.getByRole('link', { name: 'Filter no longer by Route: rare' }).click()
    await page.waitForURL(/\/tail$/)
    assert.deepEqual(watched.complaints, [])
  })
})
