// Requests, hosts, owners and notes of strangers in a real browser: text, and nothing that runs.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { chromiumPath } from './chromium.ts'
import {
  fallen,
  PAYLOADS,
  startHostileConsole,
  TRACKER,
  type HostileConsole,
} from './hostile-console.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const [IMAGE] = PAYLOADS as [string]

suite('what strangers wrote', { skip, timeout: 120_000 }, () => {
  let hostile: HostileConsole

  before(async () => {
    hostile = await startHostileConsole([IMAGE])
  })

  after(() => hostile?.close())

  const shown = async (path: string, text: string | RegExp): Promise<void> => {
    const { page } = hostile.watched
    await page.goto(`${hostile.console.origin}${path}`)
    await page.getByText(text).first().waitFor()
    assert.deepEqual(await fallen(page), [], path)
  }

  test('is text in the inbox, in the rules, in the file and beside a request', async () => {
    assert.equal(hostile.requestIds.length, 1)
    const call = { from: 'anonymous', host: TRACKER, port: 443 }
    const { api } = hostile
    assert.equal(await api('POST', '/api/v1/egress:ignore', { ...call, note: IMAGE }), 200)
    await shown('/egress?show=ignored', IMAGE)
    await shown('/egress/rules', IMAGE)
    await shown('/config', 'onerror=alert(1)')
    await shown(`/explain?request=${hostile.requestIds[0]!}`, '%3Cimg')
    await shown('/tail', 'Waiting for requests')
  })

  test('breaks no policy and opens no dialog', () => {
    assert.deepEqual(hostile.watched.complaints, [])
  })
})
