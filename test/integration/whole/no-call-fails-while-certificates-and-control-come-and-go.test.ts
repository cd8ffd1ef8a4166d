// Certificates of seconds under load, and control killed for as long; the two-minute version is `npm run soak:mesh`.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { runRotation } from './rotation.ts'
import { hasRoomForTap } from './wire-tap.ts'

const TTL_SECONDS = 10
const LOAD_SECONDS = 13
/** Through the edge, and as many from sidecar to sidecar: half of them must come about on a busy machine. */
const PER_SECOND = 50
/** Between the end of a certificate and the end of what it opened. */
const LATE_MS = 1500

const skip = hasRoomForTap() ? false : 'this machine has no ::1'

// One after the other: a control that starts again and again takes a core from whoever stands beside it.
suite('under steady load', { timeout: 120_000, skip }, () => {
  test('certificates of ten seconds are replaced: no call fails, and nothing outlives its certificate', async () => {
    const result = await runRotation({
      ttlSeconds: TTL_SECONDS,
      loadSeconds: LOAD_SECONDS,
      perSecond: PER_SECOND,
      withoutControl: false,
    })
    assert.deepEqual(result.failures, [])
    assert.ok(result.sent > LOAD_SECONDS * PER_SECOND, `${result.sent} calls`)
    // Edge and three sidecars, each at least once.
    assert.ok(result.certificates >= 4, `${result.certificates} certificates`)
    assert.ok(result.longestConnectionMs < TTL_SECONDS * 1000 + LATE_MS, JSON.stringify(result))
    for (const livedMs of result.webSocketMs) {
      assert.ok(livedMs !== null && livedMs < TTL_SECONDS * 1000 + LATE_MS, JSON.stringify(result))
    }
  })

  test('control is killed again and again for as long: no call fails, no stream ends', async () => {
    const result = await runRotation({
      ttlSeconds: 3600,
      loadSeconds: LOAD_SECONDS,
      perSecond: PER_SECOND,
      withoutControl: true,
    })
    assert.deepEqual(result.failures, [])
    assert.ok(result.sent > LOAD_SECONDS * PER_SECOND, `${result.sent} calls`)
    assert.ok(result.controlKills >= 2, `${result.controlKills} kills`)
    assert.deepEqual(result.webSocketMs, [null, null])
  })
})
