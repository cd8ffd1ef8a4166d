// Ten seconds of what `npm run soak:limits` does for three minutes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatOverload, runOverload } from './overload.ts'

test('under overload with bursts at window edges the promise holds over every interval', async (t) => {
  const report = await runOverload(10)
  t.diagnostic(formatOverload(report))
  for (const { name, excess, use, failed } of report.results) {
    assert.ok(excess <= 0, `${name}: ${excess} beyond the promise`)
    assert.equal(failed, 0, name)
    // Workers that could not reach the store in time refused what could have been admitted; the soak asks for 95 %.
    assert.ok(report.troubles > 0 || use >= 0.9, `${name}: ${use}`)
  }
})
