// The mode in force as the workers say it: all of them, one question at a time, and nobody is waited for for ever.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WorkerModes } from '../../../../gateway/control/egress/worker-modes.ts'

function started(workers: number) {
  const timers = new Set<() => void>()
  let asked = 0
  const clock = {
    after(_ms: number, task: () => void) {
      timers.add(task)
      return () => void timers.delete(task)
    },
  }
  const modes = new WorkerModes(clock, () => void asked++)
  modes.workers = workers
  const expire = (): void => {
    for (const task of timers) task()
  }
  return { modes, timers, expire, asked: () => asked }
}

test('is known as soon as every worker has said it', async () => {
  const { modes, timers, asked } = started(2)
  const answers = Promise.all([modes.ask(), modes.ask()])
  modes.hear(2, { kind: 'egress-mode', mode: 'learn' })
  modes.hear(1, { kind: 'egress-mode', mode: 'enforce' })
  const told = [
    { worker: 1, mode: 'enforce' },
    { worker: 2, mode: 'learn' },
  ]
  assert.deepEqual(await answers, [
    { workers: told, missing: 0 },
    { workers: told, missing: 0 },
  ])
  assert.equal(asked(), 1)
  assert.equal(timers.size, 0)
})

test('a worker that is silent is told as missing', async () => {
  const { modes, expire } = started(2)
  const answer = modes.ask()
  modes.hear(1, { kind: 'egress-mode', mode: null })
  expire()
  assert.deepEqual(await answer, { workers: [{ worker: 1, mode: null }], missing: 1 })
})

test('what comes late belongs to no later question', async () => {
  const { modes, expire } = started(1)
  const first = modes.ask()
  expire()
  assert.equal((await first).missing, 1)
  modes.hear(1, { kind: 'egress-mode', mode: 'learn' })
  const second = modes.ask()
  modes.hear(1, { kind: 'egress-mode', mode: 'enforce' })
  assert.deepEqual((await second).workers, [{ worker: 1, mode: 'enforce' }])
})
