// The promise of limits, checked over every interval of random histories, and the check checked with planted mistakes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANSWER_MS } from '../../gateway/limit/answer-in-time.ts'
import type { LimitParams } from '../../gateway/limit/plan.ts'
import { runAdversary, type Mutant } from './adversary.ts'
import {
  randomFleet,
  smallLimit,
  strainedFleet,
  unluckyFleet,
  type Kind,
  type Mode,
} from './configurations.ts'
import { runFleet } from './fleet.ts'
import { excess } from './promise-check.ts'

/** Answers in the simulated fleet come at most this late. */
const LATE_MS = ANSWER_MS

const cases: readonly (readonly [Kind, Mode])[] = [
  ['window', 'exact'],
  ['window', 'leased'],
  ['bucket', 'exact'],
  ['bucket', 'leased'],
]

for (const [kind, mode] of cases) {
  test(`a ${kind} limit, ${mode}, keeps its promise against the worst that nodes can do`, async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const params = smallLimit(seed, kind, mode)
      const over = excess(await runAdversary(seed, params), params, params.lateMs)
      assert.ok(over <= 0, `seed ${seed}: ${over} tokens too many`)
    }
  })

  test(`a fleet keeps the promise of a ${kind} limit, ${mode}, whatever the network loses`, async () => {
    for (let seed = 1; seed <= 4; seed++) {
      for (const options of [randomFleet(seed, kind, mode), strainedFleet(seed, kind, mode)]) {
        const { log } = await runFleet(options)
        assert.ok(log.length > 20, `seed ${seed} admitted ${log.length}`)
        const over = excess(log, options.params, LATE_MS)
        assert.ok(over <= 0, `seed ${seed}: ${over} tokens too many`)
      }
    }
  })
}

/** What a limit admits at once. */
function whole(params: LimitParams): number {
  return params.kind === 'window' ? params.max : params.size + params.outstanding
}

test('a failover that loses writes costs at most one whole limit', async () => {
  for (const [kind, mode] of cases) {
    for (let seed = 1; seed <= 3; seed++) {
      const options = { ...strainedFleet(seed, kind, mode), failovers: 2 }
      const { log } = await runFleet(options)
      const over = excess(log, options.params, LATE_MS)
      assert.ok(over <= 2 * whole(options.params), `${kind} ${mode} ${seed}: ${over}`)
    }
  }
})

/** Twice the limit: what the store grants, and what all shares add to it. */
function twice(params: LimitParams): LimitParams {
  if (params.kind === 'window') return { ...params, max: 2 * params.max }
  const { size, outstanding, rate } = params
  const doubled = { ...rate, count: 2 * rate.count }
  return { ...params, size: 2 * size, outstanding: 2 * outstanding, rate: doubled }
}

for (const [kind, mode] of cases) {
  test(`through outages of every kind no node admits more than a ${kind} limit, ${mode}, and all of them at most twice that`, async () => {
    for (let seed = 1; seed <= 16; seed++) {
      const options = unluckyFleet(seed, kind, mode)
      const { params } = options
      const { log } = await runFleet(options)
      for (const [node, own] of Map.groupBy(log, (admission) => admission.node)) {
        const over = excess(own, params, LATE_MS)
        assert.ok(over <= 0, `seed ${seed}, ${node}: ${over} tokens too many`)
      }
      const over = excess(log, twice(params), LATE_MS)
      assert.ok(over <= 0, `seed ${seed}, all nodes: ${over} tokens too many`)
    }
  })
}

const mutants: readonly (readonly [Mutant, Kind, Mode])[] = [
  ['a credit counts twice', 'window', 'exact'],
  ['a credit counts twice', 'window', 'leased'],
  ['a credit counts twice', 'bucket', 'exact'],
  ['a credit counts twice', 'bucket', 'leased'],
  ['a credit is sent again when no answer comes', 'window', 'exact'],
  ['a credit is sent again when no answer comes', 'bucket', 'exact'],
  ['a credit counts whenever its grant was', 'window', 'exact'],
  ['a credit counts whenever its grant was', 'bucket', 'exact'],
  ['no cap on what is held', 'bucket', 'leased'],
  ['tokens are settled while they are held', 'bucket', 'leased'],
  ['leases never end', 'window', 'leased'],
  ['leases never end', 'bucket', 'leased'],
  ['a window leaves out the time of leases', 'window', 'leased'],
  ['the oldest part of a window is not counted', 'window', 'exact'],
  ['late answers are acted on', 'window', 'exact'],
  ['late answers are acted on', 'bucket', 'exact'],
]

for (const [mutant, kind, mode] of mutants) {
  test(`the check finds it where ${mutant} (${kind}, ${mode})`, async () => {
    for (let seed = 1; seed <= 400; seed++) {
      const params = smallLimit(seed, kind, mode)
      if (excess(await runAdversary(seed, params, mutant), params, params.lateMs) > 0) return
    }
    assert.fail('400 histories with it kept the promise')
  })
}
