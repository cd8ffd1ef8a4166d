// Nodes of one fleet, each with a supervisor that does as the test says, on a real Redis.

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { ApiError } from '../../../../gateway/control/admin/api-error.ts'
import { Fleet } from '../../../../gateway/control/fleet/fleet.ts'
import type { Vote } from '../../../../gateway/control/fleet/member.ts'
import { checksumOf } from '../../../../gateway/control/revisions/revision.ts'
import { connectRedis } from '../../../../gateway/limit/redis-client.ts'
import type { Clock } from '../../../../sidecar/runtime/clock.ts'
import { redisCommand } from '../../../support/redis-command.ts'
import { startRedis, type TestRedis } from '../../../support/redis.ts'
import { until } from '../../../support/until.ts'
import { redisPlan } from '../../limit/redis-plan.ts'
import { check, FakeSupervisor, quiet } from '../config/fixture.ts'

/** Everything but the clock of Redis is ten times as fast. */
const clock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now() * 10,
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs / 10)
    return () => clearTimeout(timer)
  },
}

let redis: TestRedis
let prefix = ''
let count = 0
let nodes: TestFleetNode[] = []
/** Numbers of the revisions that some node took back for all. */
/** Numbers of revisions that a node told nobody had asked for. */
let unasked: number[] = []

before(async () => {
  redis = await startRedis()
})
after(() => redis.kill())
afterEach(async () => {
  await Promise.all(nodes.map(({ fleet }) => fleet.close()))
  nodes = []
  unasked = []
})

interface TestFleetNode {
  readonly fleet: Fleet
  readonly supervisor: FakeSupervisor
  /** What this node says to proposals. */
  prepare: (text: string) => Promise<Vote>
  readonly refused: string[]
}

let ids = 0

function join(name: string, supervisor = new FakeSupervisor(), id = ids++): TestFleetNode {
  const newId = (): string => (++count).toString(16).padStart(32, '0')
  const { change, confirm } = supervisor
  const node: Omit<TestFleetNode, 'fleet'> & { fleet?: Fleet } = {
    supervisor,
    refused: [],
    prepare: async () => ({ kind: 'ready' }),
  }
  node.fleet = new Fleet({
    clock,
    log: quiet,
    newId,
    name,
    version: '0',
    addresses: () => [],
    connect: (onError) => connectRedis(redisPlan(redis.port), Math.random, onError),
    prefix,
    remembered: { id: id.toString(16).padStart(32, 'f'), revision: null },
    remember: () => {},
    check,
    prepare: (text) => node.prepare(text),
    change,
    confirm,
    unasked: ({ number }) => unasked.push(number),
    keepRefused: (text) => {
      node.refused.push(text)
      return 'somewhere'
    },
  })
  node.fleet.learn(supervisor.live)
  nodes.push(node as TestFleetNode)
  return node as TestFleetNode
}

const texts = (): string[] => nodes.map(({ supervisor }) => supervisor.live.text)
const numbers = () => nodes.map(({ fleet }) => fleet.current()!.revision)

async function allServe(text: string, number: number): Promise<void> {
  await until(`${text} on all`, () => {
    return texts().every((one) => one === text) && numbers().every((one) => one === number)
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${texts().join()} ${numbers().join()}`)
  })
}

/** Two nodes that serve revision 1, `one`, together. */
async function two(): Promise<readonly [TestFleetNode, TestFleetNode]> {
  prefix = `nodes${++count}`
  const pair = [join('a'), join('b')] as const
  await allServe('one\n', 1)
  await until('each other', async () => (await pair[0].fleet.members()).length === 2)
  return pair
}

const change = (text: string, confirmWithinMs: number | null = null) => {
  return { text, author: 'sato', origin: 'api', message: '', confirmWithinMs } as const
}
const key = (name: string): string => `${prefix}:{config}:${name}`
const refusedAs = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof ApiError && error.code === code && message.test(error.message)

test('what is served already needs no revision', async () => {
  const [a] = await two()
  const { revision, nodes: serving } = await a.fleet.apply(change('one\n'), checksumOf('one\n'))
  assert.equal(revision, 1)
  assert.deepEqual(serving.map(({ name }) => name).toSorted(), ['a', 'b'])
})

test('a node that agreed and then cannot serve it: it is taken back from all', async () => {
  const [a, b] = await two()
  b.supervisor.refuses = { kind: 'rejected', reason: 'the port was taken meanwhile' }
  await assert.rejects(
    a.fleet.apply(change('two\n'), checksumOf('one\n')),
    refusedAs(
      'rejected',
      /revision 2 .* work on b: the port was taken meanwhile; it was taken back/,
    ),
  )
  b.supervisor.refuses = null
  await allServe('one\n', 3)
  const { origin, message } = (await a.fleet.read((store) => store.get(3)))!
  assert.equal(origin, 'auto-revert')
  assert.match(message, /on b: the port was taken/)
  assert.equal(a.supervisor.live.text, 'one\n')
  // b never did.
  assert.ok(b.supervisor.changes.every(({ text }) => text === 'two\n'))
})

test('a guarded change is watched on every node, and the one whose requests fail takes it back for all', async () => {
  const [a, b] = await two()
  const guard = { points: 5, windowMs: 15_000 }
  await a.fleet.apply({ ...change('two\n', 60_000), guard }, checksumOf('one\n'))
  assert.deepEqual(
    nodes.map(({ supervisor }) => supervisor.live.guard),
    [guard, guard],
  )
  const message = 'auto-reverted: 5xx 12.4 % against 0.3 %'
  b.supervisor.live = {
    ...b.supervisor.live,
    text: 'one\n',
    origin: 'auto-revert',
    message,
    revertsAtMs: null,
    tookBack: checksumOf('two\n'),
  }
  b.fleet.learn(b.supervisor.live)
  await allServe('one\n', 3)
  const revision = (await a.fleet.read((store) => store.get(3)))!
  assert.deepEqual([revision.origin, revision.message], ['auto-revert', message])
  assert.deepEqual(unasked, [3])
})

test('a node that does not answer: it serves nowhere', async () => {
  const [a, b] = await two()
  b.prepare = () => new Promise<never>(() => {})
  await assert.rejects(
    a.fleet.apply(change('two\n'), checksumOf('one\n')),
    refusedAs('rejected', /serves nowhere: no answer from b/),
  )
  assert.deepEqual(texts(), ['one\n', 'one\n'])
  assert.equal(await redisCommand(redis.port, 'EXISTS', key('proposal')), 0)
})

test('while another change is under way one waits, and then sees what it was', async () => {
  const [a, b] = await two()
  let answer: (vote: Vote) => void = () => {}
  b.prepare = () =>
    new Promise((resolve) => {
      answer = resolve
    })
  const first = a.fleet.apply(change('two\n'), checksumOf('one\n'))
  await until(
    'a proposal',
    async () => (await redisCommand(redis.port, 'EXISTS', key('proposal'))) === 1,
  )
  const second = b.fleet.apply(change('three\n'), checksumOf('one\n'))
  const heard = assert.rejects(second, refusedAs('stale', /^sato changed .*revision 2/))
  await until('it to be asked', () => {
    answer({ kind: 'ready' })
    return texts().includes('two\n')
  })
  await Promise.all([first, heard])
})

test('what a node proposed before it died is given up when it is back', async () => {
  const [a, b] = await two()
  b.prepare = () => new Promise<never>(() => {})
  const asked = a.fleet.apply(change('two\n'), checksumOf('one\n'))
  const lost = assert.rejects(asked, refusedAs('conflict', /given up/))
  await until(
    'a proposal',
    async () => (await redisCommand(redis.port, 'EXISTS', key('proposal'))) === 1,
  )
  // Another process for the same node.
  const again = join('a', a.supervisor, ids - 2)
  await lost
  assert.equal(await redisCommand(redis.port, 'EXISTS', key('proposal')), 0)
  assert.equal(again.supervisor.live.text, 'one\n')
})

test('a store that was set back is told what all had agreed on', async () => {
  const [a] = await two()
  await a.fleet.apply(change('two\n'), checksumOf('one\n'))
  await redisCommand(redis.port, 'SET', key('head'), 1)
  await redisCommand(redis.port, 'HDEL', key('revisions'), 2)
  await redisCommand(redis.port, 'HDEL', key('checksums'), checksumOf('two\n'))
  await until(
    'the text again',
    async () => (await a.fleet.read((store) => store.head()))?.text === 'two\n',
  )
  const head = (await a.fleet.read((store) => store.head()))!
  assert.deepEqual([head.number, head.author], [3, 'sato'])
  await allServe('two\n', 3)
})

test('a change that waits does not come to stay because the store forgot it', async () => {
  const [a, b] = await two()
  await a.fleet.apply(change('two\n', 60_000), checksumOf('one\n'))
  await redisCommand(redis.port, 'FLUSHALL')
  await until('each other', async () => (await a.fleet.members()).length === 2)
  assert.equal(await a.fleet.read((store) => store.head()), null)
  await assert.rejects(a.fleet.confirm(), refusedAs('conflict', /waits/))
  // The supervisors take it back by themselves.
  for (const { fleet, supervisor } of [a, b]) {
    const revertsAtMs = null
    supervisor.live = { ...supervisor.live, text: 'one\n', origin: 'auto-revert', revertsAtMs }
    fleet.learn(supervisor.live)
  }
  await allServe('one\n', 3)
})

test('a revision that is damaged in the store is not served, and what is served stays', async () => {
  const [a] = await two()
  await redisCommand(redis.port, 'SET', key('head'), 2)
  await redisCommand(redis.port, 'HSET', key('revisions'), 2, '{"number":2,"text":"torn')
  await until('a word of it', async () => {
    return (await a.fleet.members()).every(({ failed }) => failed?.revision === 2)
  })
  assert.deepEqual(texts(), ['one\n', 'one\n'])
  await a.fleet.apply(change('three\n'), checksumOf('one\n'))
  await allServe('three\n', 3)
})

test('an edit that others refuse is kept aside and the file set back; the next one may pass', async () => {
  const [a, b] = await two()
  b.prepare = async (text) => {
    return text === 'worse\n' ? { kind: 'refused', reason: 'no', problems: [] } : { kind: 'ready' }
  }
  a.fleet.learnEdit('worse\n')
  await until('the refusal', () => a.refused.length > 0)
  assert.deepEqual(a.refused, ['worse\n'])
  await until('the file as it was', () => a.supervisor.changes.at(-1)?.text === 'one\n')
  assert.equal(a.fleet.edit, null)
  a.fleet.learnEdit('better\n')
  await allServe('better\n', 2)
  assert.equal(a.fleet.edit, null)
  await until('word of it', () => unasked.length > 0)
  assert.deepEqual(unasked, [2])
})

test('a text of a node that joins goes to all unless somebody refuses it', async () => {
  const [a, b] = await two()
  const late = new FakeSupervisor()
  late.live = { ...late.live, text: 'brought\n' }
  join('c', late)
  await allServe('brought\n', 2)
  a.prepare = async () => ({ kind: 'refused', reason: 'no', problems: [] })
  const later = new FakeSupervisor()
  later.live = { ...later.live, text: 'unwanted\n' }
  const { refused } = join('d', later)
  await allServe('brought\n', 2)
  assert.deepEqual(refused, ['unwanted\n'])
  assert.equal(b.supervisor.live.text, 'brought\n')
})
