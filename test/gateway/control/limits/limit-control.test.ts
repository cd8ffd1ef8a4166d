// Measures on a node that works alone: success is told once every worker obeys, and never more is opened than was said.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, suite, test } from 'node:test'
import { ANYONE, type Role } from '../../../../gateway/control/admin/operation.ts'
import { Keys } from '../../../../gateway/control/limits/keys.ts'
import { LimitControl } from '../../../../gateway/control/limits/limit-control.ts'
import { LimitedKeys } from '../../../../gateway/control/live/limited-keys.ts'
import { MAX_MEASURES, type MeasuresTold } from '../../../../gateway/limit/measures.ts'
import { systemClock } from '../../../../sidecar/runtime/clock.ts'
import { until } from '../../../support/until.ts'
import { VirtualTime } from '../../../limits/virtual-time.ts'

const KEY = 'a'.repeat(32)
const KNOWN = { key: KEY, limit: 'plan', label: 'sub alice', shadow: false }
const BLOCK = { kind: 'block', for: '1h', reason: 'scrapes' } as const

/** In steps, so that what waits for nothing but its turn has begun to wait for the clock. */
async function pass(clock: VirtualTime, ms: number): Promise<void> {
  const endMs = clock.monotonicMs() + ms
  for (let steps = 0; steps < 200; steps++) {
    await new Promise((resolve) => setImmediate(resolve))
    await clock.run(endMs - ms + (ms * (steps + 1)) / 200)
  }
}

function by(role: Role) {
  return { ...ANYONE, kind: 'user' as const, name: 'erin', role }
}

suite('measures of limits', () => {
  const ends: (() => void)[] = []
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })

  function start({ clock = systemClock, dataDir = '', isForgetting = true } = {}) {
    const folder = dataDir === '' ? mkdtempSync(join(tmpdir(), 'sallyport-limits-')) : dataDir
    const told: MeasuresTold[] = []
    const forgotten: string[] = []
    let isObeying = true
    const control: LimitControl = new LimitControl({
      clock,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      random: () => 0.5,
      id: 'one',
      name: 'node-a',
      own: new LimitedKeys(),
      tellAll: (message) => {
        told.push(message)
        for (const worker of [1, 2]) {
          if (isObeying || worker === 1) control.hear(worker, message.ask)
        }
      },
      forget: (key) => {
        forgotten.push(key)
        return Promise.resolve(isForgetting)
      },
    })
    control.use({ kind: 'embedded' }, { dataDir: folder, workers: 2 })
    let ids = 0
    const newId = () => `${folder} ${told.length} ${++ids}`
    const keys = new Keys({ control, clock, plan: () => null, newId })
    ends.push(() => {
      control.close()
      rmSync(folder, { recursive: true, force: true })
    })
    return { control, keys, told, forgotten, folder, obey: (is: boolean) => (isObeying = is) }
  }

  test('reach every worker before success is told', async () => {
    const { keys, told } = start()
    await keys.decide(KNOWN, BLOCK, by('operator'))
    assert.deepEqual(
      told.at(-1)?.measures.map(({ kind, key }) => [kind, key]),
      [['block', KEY]],
    )
    const [measure] = keys.measures()
    assert.deepEqual(
      [measure?.by, measure?.reason, measure?.label],
      ['erin', 'scrapes', 'sub alice'],
    )
    await keys.release(KNOWN)
    assert.deepEqual(told.at(-1)?.measures, [])
  })

  test('are no success where a worker does not obey, and say which node', async () => {
    const clock = new VirtualTime()
    const { keys, obey } = start({ clock })
    obey(false)
    const failed = assert.rejects(keys.decide(KNOWN, BLOCK, by('operator')), {
      code: 'not_available',
      message: /not confirmed by node-a/,
    })
    await pass(clock, 30_000)
    await failed
  })

  test('of an operator last 24 hours at most, of an admin 30 days', async () => {
    const { keys, told } = start()
    const of = (role: Role, life: string) => keys.decide(KNOWN, { ...BLOCK, for: life }, by(role))
    await assert.rejects(of('operator', '25h'), { code: 'invalid' })
    await assert.rejects(of('admin', '31d'), { code: 'invalid' })
    await assert.rejects(of('admin', '59s'), { code: 'invalid' })
    assert.deepEqual(told.at(-1)?.measures ?? [], [])
    await of('operator', '24h')
    await of('admin', '30d')
  })

  test('of a shadow limit are refused: nothing would change', async () => {
    const { keys } = start()
    const shadow = { ...KNOWN, shadow: true }
    await assert.rejects(keys.decide(shadow, BLOCK, by('admin')), { code: 'conflict' })
  })

  test('are bounded, and one that is changed takes no further place', async () => {
    const { keys, control } = start()
    const sinceMs = systemClock.wallMs()
    const rest = { limit: 'plan', label: 'x', reason: 'x', by: 'x', sinceMs }
    await control.change((book) => ({
      ...book,
      measures: Array.from({ length: MAX_MEASURES }, (_, i) => {
        const key = i === 0 ? KEY : `key ${i}`
        return { kind: 'block', key, untilMs: sinceMs + 3_600_000, ...rest }
      }),
    }))
    const other = { ...KNOWN, key: 'b'.repeat(32) }
    await assert.rejects(keys.decide(other, BLOCK, by('admin')), { code: 'conflict' })
    await keys.decide(KNOWN, BLOCK, by('admin'))
    assert.equal(keys.measures().length, MAX_MEASURES)
  })

  test('hold for a control that begins anew, and are told to the workers at once', async () => {
    const first = start()
    await first.keys.decide(KNOWN, BLOCK, by('operator'))
    const second = start({ dataDir: first.folder })
    await until('word to the workers', () => second.told.length > 0)
    assert.equal(second.told[0]?.measures[0]?.key, KEY)
  })

  test('end by themselves', async () => {
    const clock = new VirtualTime()
    const { keys } = start({ clock })
    const decided = keys.decide(KNOWN, BLOCK, by('operator'))
    await pass(clock, 1000)
    await decided
    assert.equal(keys.measures().length, 1)
    await pass(clock, 3_602_000)
    assert.equal(keys.measures().length, 0)
  })

  test('a reset is done once, and not again by a control that begins anew', async () => {
    const first = start()
    await first.keys.reset(KNOWN)
    assert.deepEqual(first.forgotten, [KEY])
    assert.ok(first.told.some(({ forget }) => forget.includes(KEY)))
    await first.keys.decide(KNOWN, BLOCK, by('operator'))
    assert.deepEqual(first.forgotten, [KEY])
    assert.deepEqual(first.told.at(-1)?.forget, [])
    const second = start({ dataDir: first.folder })
    await until('word to the workers', () => second.told.length > 0)
    assert.deepEqual(second.forgotten, [])
  })

  test('a reset that the supervisor did not confirm is no success', async () => {
    const clock = new VirtualTime()
    const { keys } = start({ clock, isForgetting: false })
    const failed = assert.rejects(keys.reset(KNOWN), { code: 'not_available' })
    await pass(clock, 30_000)
    await failed
  })
})
