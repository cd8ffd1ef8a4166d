// The promise of limits, checked over every interval of random fleets, and the check checked with planted mistakes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { windowParams, bucketParams } from '../../gateway/limit/params.ts'
import { randomFleet, type Kind, type Mode } from './configurations.ts'
import { runFleet } from './fleet.ts'
import { excess } from './promise-check.ts'
import type { Mutant } from './simulated-store.ts'

/** Answers in the simulation come at most this late. */
const LATE_MS = 50
const SEEDS = 12

for (const kind of ['window', 'bucket'] as const) {
  for (const mode of ['exact', 'leased'] as const) {
    test(`a ${kind} limit, ${mode}, keeps its promise whatever the network loses`, async () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const options = randomFleet(seed, kind, mode)
        const { log } = await runFleet(options)
        assert.ok(log.length > 20, `seed ${seed} admitted ${log.length}`)
        const over = excess(log, options.params, LATE_MS)
        assert.ok(over <= 0, `seed ${seed}: ${over} tokens too many`)
      }
    })
  }
}

const mutants: readonly (readonly [Mutant, Kind, Mode])[] = [
  ['credit applied twice', 'window', 'exact'],
  ['credit applied twice', 'window', 'leased'],
  ['credit applied twice', 'bucket', 'exact'],
  ['credit applied twice', 'bucket', 'leased'],
  ['credit sent again after a lost answer', 'window', 'leased'],
  ['credit sent again after a lost answer', 'bucket', 'exact'],
  ['credit without regard to its grant', 'window', 'leased'],
  ['credit without regard to its grant', 'bucket', 'leased'],
  ['no cap on what is held', 'bucket', 'leased'],
  ['leases that never end', 'window', 'leased'],
  ['leases that never end', 'bucket', 'leased'],
  ['window without the time of leases', 'window', 'leased'],
  ['oldest part of the window not counted', 'window', 'exact'],
  ['late answers acted on', 'window', 'exact'],
]

for (const [mutant, kind, mode] of mutants) {
  test(`the check finds: ${mutant} (${kind}, ${mode})`, async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const options = randomFleet(seed, kind, mode, mutant)
      const { log } = await runFleet(options)
      if (excess(log, options.params, LATE_MS) > 0) return
    }
    assert.fail('200 fleets ran with it and kept the promise')
  })
}
