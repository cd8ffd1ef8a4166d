import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Gather } from '../../../../gateway/control/live/gather.ts'
import { ManualClock } from '../../auth/manual-clock.ts'

suite('a question to every worker', () => {
  test('is answered as soon as the last one has', async () => {
    const gather = new Gather<string>(new ManualClock(), () => 2)
    let asked = 0
    const answer = gather.ask((ask) => {
      asked = ask
    })
    gather.hear(1, asked, 'a')
    gather.hear(1, asked, 'again')
    gather.hear(2, asked, 'b')
    gather.hear(3, asked, 'too late')
    assert.deepEqual(await answer, { parts: ['again', 'b'], missing: 0 })
  })

  test('does not wait for one that is gone', async () => {
    const clock = new ManualClock()
    const gather = new Gather<string>(clock, () => 2)
    const answer = gather.ask((ask) => gather.hear(1, ask, 'a'))
    await clock.advance(1000)
    assert.deepEqual(await answer, { parts: ['a'], missing: 1 })
    assert.equal(clock.pending, 0)
  })

  test('is answered with nothing where too many wait', async () => {
    const gather = new Gather<string>(new ManualClock(), () => 1)
    for (let at = 0; at < 64; at++) void gather.ask(() => {})
    const refused = await gather.ask(() => assert.fail('nobody is asked'))
    assert.deepEqual(refused, { parts: [], missing: 1 })
    gather.close()
  })
})
