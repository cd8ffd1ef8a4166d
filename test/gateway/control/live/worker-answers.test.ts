import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { WorkerAnswers } from '../../../../gateway/control/live/worker-answers.ts'
import type { LiveQuestion } from '../../../../gateway/decide/explain-messages.ts'
import { ManualClock } from '../../auth/manual-clock.ts'
import { recentRequest } from '../../decide/recent-request.ts'

function start(workers: number) {
  const clock = new ManualClock()
  const asked: LiveQuestion[] = []
  const answers = new WorkerAnswers(clock, (question) => asked.push(question))
  answers.workers = workers
  const answer = (worker: number, ask: number, ...ids: string[]) => {
    const requests = ids.map((id) => ({ ...recentRequest(id), atMs: Number(id) }))
    answers.hear(worker, { kind: 'live-found', ask, requests, isLast: true })
  }
  return { clock, asked, answers, answer }
}

suite('the answers of all workers', () => {
  test('are put together, newest first', async () => {
    const { answers, answer, asked } = start(2)
    const found = answers.ask({ route: 'x' }, 3, ['tenant'])
    answer(1, 1, '5', '2')
    answer(2, 1, '6', '3')
    const { requests, missing } = await found
    assert.deepEqual([requests.map(({ id }) => id), missing], [['6', '5', '3'], 0])
    const question = {
      kind: 'live-ask',
      ask: 1,
      filter: { route: 'x' },
      limit: 3,
      claims: ['tenant'],
    }
    assert.deepEqual(asked, [question])
  })

  test('may come in pieces', async () => {
    const { answers, answer, clock } = start(1)
    const found = answers.ask({}, 9, [])
    const requests = [recentRequest('1')]
    answers.hear(1, { kind: 'live-found', ask: 1, requests, isLast: false })
    answer(1, 1, '2')
    assert.equal((await found).requests.length, 2)
    assert.equal(clock.pending, 0)
  })

  test('do not wait for a dead worker longer than a second', async () => {
    const { answers, answer, clock } = start(2)
    const found = answers.ask({}, 3, [])
    answer(1, 1, '5')
    await clock.advance(1000)
    const { requests, missing } = await found
    assert.deepEqual([requests.length, missing], [1, 1])
    answer(2, 1, '6')
    assert.equal(clock.pending, 0)
  })

  test('are over when the one that was asked for is found', async () => {
    const { answers, answer } = start(8)
    const found = answers.ask({ id: '5' }, 1, [])
    answer(3, 1, '5')
    assert.equal((await found).requests[0]?.id, '5')
  })

  test('are not asked for more often than can be kept in mind', async () => {
    const { answers, clock, asked } = start(1)
    const all = Array.from({ length: 70 }, () => answers.ask({}, 1, []))
    await clock.advance(1000)
    assert.equal((await Promise.all(all)).length, 70)
    assert.equal(asked.length, 64)
  })
})
