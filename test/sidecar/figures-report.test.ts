import assert from 'node:assert/strict'
import { beforeEach, suite, test } from 'node:test'
import { FiguresReport } from '../../sidecar/figures-report.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import type { Figures } from '../../sidecar/snapshot/grant.ts'
import { ManualClock } from '../gateway/auth/manual-clock.ts'

const ROW = { direction: 'inbound', peer: 'web', outcomes: [], buckets: [], sumMs: 0 } as const

suite('the report of a sidecar’s figures', () => {
  let clock: ManualClock
  let told: Figures[]
  let taken: number
  let next: Figures
  let answer: () => Promise<{ nextMs: number }>
  let report: FiguresReport

  beforeEach(() => {
    clock = new ManualClock()
    told = []
    taken = 0
    next = { running: 0, rows: [ROW] }
    answer = () => Promise.resolve({ nextMs: 0 })
    report = new FiguresReport({
      clock,
      client: {
        tellFigures(figures) {
          told.push(figures)
          return answer()
        },
      },
      take() {
        taken++
        return next
      },
    })
    report.start()
  })

  test('goes out every two seconds while there is traffic, and seldom while there is none', async () => {
    await clock.advance(6000)
    assert.equal(told.length, 3)
    next = { running: 0, rows: [] }
    await clock.advance(6000)
    assert.equal(told.length, 3)
    await clock.advance(2000)
    assert.equal(told.length, 4)
    next = { running: 1, rows: [] }
    await clock.advance(2000)
    assert.equal(told.length, 5)
  })

  test('comes as rarely as control wants it, and never more rarely than each minute', async () => {
    answer = () => Promise.resolve({ nextMs: 20_000 })
    await clock.advance(21_999)
    assert.equal(told.length, 1)
    await clock.advance(1)
    assert.equal(told.length, 2)
    answer = () => Promise.resolve({ nextMs: 1e12 })
    await clock.advance(20_000)
    assert.equal(told.length, 3)
    await clock.advance(60_000)
    assert.equal(told.length, 4)
  })

  test('is not repeated where control is away, and hardly tried where control wants none', async () => {
    answer = () => Promise.reject(new SallyportError('control_unreachable', 'gone'))
    await clock.advance(2000 + 5000)
    assert.deepEqual([told.length, taken], [2, 2])
    answer = () => Promise.reject(new SallyportError('unknown_path', 'an earlier version'))
    await clock.advance(5000 + 59_000)
    assert.equal(told.length, 3)
    await clock.advance(1000)
    assert.equal(told.length, 4)
  })

  test('ends with the sidecar', async () => {
    report.close()
    await clock.advance(60_000)
    assert.deepEqual([told.length, clock.pending], [0, 0])
  })
})
