// Whatever dies in the middle of a change, every node ends with the same text; and what was not confirmed is taken back.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { controlOf } from '../../support/process-tree.ts'
import { redisCommand } from '../../support/redis-command.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import {
  allServe,
  apply,
  ask,
  get,
  listNodes,
  refusal,
  served,
  startFleet,
  textOf,
  type TestNode,
} from './fleet.ts'

const PROPOSAL = 'sallyport:{config}:proposal'

suite('a fleet', () => {
  let redis: TestRedis
  let upstream: Upstream
  let nodes: readonly TestNode[] = []

  before(async () => {
    redis = await startRedis()
    upstream = await startUpstream()
    const stores = [redis.port, redis.port, redis.port]
    nodes = await startFleet(textOf(['first']), upstream.url, stores)
  })

  after(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    await upstream?.close()
    await redis?.kill()
  })

  const controls = (): number[] => nodes.map((node) => controlOf(node.process.pid!)!)

  async function head(node: TestNode): Promise<{ number: number; origin: string }> {
    const { items } = (await ask(node, 'GET', '/api/v1/revisions?limit=1')) as {
      items: { number: number; origin: string }[]
    }
    return items[0]!
  }

  test('`kill -9` of the control that asks, while others still vote: it serves nowhere', async () => {
    const { text } = await served(nodes[0]!)
    const [asking, , hanging] = controls()
    process.kill(hanging!, 'SIGSTOP')
    const failed = refusal(apply(nodes[0]!, textOf(['first', 'lost'])))
    await until(
      'a proposal',
      async () => (await redisCommand(redis.port, 'EXISTS', PROPOSAL)) === 1,
    )
    process.kill(asking!, 'SIGKILL')
    assert.equal((await failed).code, 'unreachable')
    process.kill(hanging!, 'SIGCONT')
    await until(
      'no proposal',
      async () => (await redisCommand(redis.port, 'EXISTS', PROPOSAL)) === 0,
    )
    await allServe(nodes, text)
    // And the next one is.
    const next = textOf(['first', 'next'])
    await apply(nodes[1]!, next)
    await allServe(nodes, next)
  })

  test('`kill -9` of every control just after all agreed: all serve it', async () => {
    const before = await head(nodes[0]!)
    const text = textOf(['first', 'agreed'])
    const failed = apply(nodes[0]!, text).catch(() => null)
    const headKey = 'sallyport:{config}:head'
    await until('a new head', async () => {
      return Number(await redisCommand(redis.port, 'GET', headKey)) > before.number
    })
    for (const pid of controls()) process.kill(pid, 'SIGKILL')
    await failed
    await allServe(nodes, text)
  })

  test('a change that is confirmed on another node stays', async () => {
    const text = textOf(['first', 'confirmed'])
    const { revertsAtMs } = await apply(nodes[0]!, text, { confirmWithin: '2s' })
    assert.ok(revertsAtMs !== null)
    await until('it on every node', async () => {
      return (await Promise.all(nodes.map(served))).every((one) => one.revertsAtMs !== null)
    })
    await ask(nodes[1]!, 'POST', '/api/v1/config:confirm')
    await until('nothing that waits', async () => {
      return (await Promise.all(nodes.map(served))).every((one) => one.revertsAtMs === null)
    })
    await until('the time over', () => Date.now() > revertsAtMs + 500)
    await allServe(nodes, text)
    const failure = await refusal(ask(nodes[1]!, 'POST', '/api/v1/config:confirm'))
    assert.equal(failure.status, 409)
  })

  test('a change that nobody confirms is taken back on all, though every control died', async () => {
    const before = await served(nodes[0]!)
    await apply(nodes[0]!, textOf(['first', 'unconfirmed']), { confirmWithin: '2s' })
    assert.equal(await get(nodes[2]!, 'unconfirmed'), 200)
    for (const pid of controls()) process.kill(pid, 'SIGKILL')
    await allServe(nodes, before.text)
    assert.equal((await head(nodes[0]!)).origin, 'auto-revert')
    assert.equal(await get(nodes[2]!, 'unconfirmed'), 404)
  })

  test('it is taken back on all, though the store is away; and all agree once it is back', async () => {
    const before = await served(nodes[0]!)
    const { revision } = await apply(nodes[0]!, textOf(['first', 'away']), { confirmWithin: '1s' })
    await redis.kill()
    await until('the one before on every node', async () => {
      return (await Promise.all(nodes.map(served))).every(({ text }) => text === before.text)
    })
    await redis.restart()
    await allServe(nodes, before.text)
    // The store came back empty: no number is given out twice all the same.
    assert.ok((await head(nodes[0]!)).number > revision!)
    await until('all of them', async () => {
      return (await listNodes(nodes[0]!)).every(({ health }) => health === 'serving')
    })
  })
})
