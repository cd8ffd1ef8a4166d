// Without its store a node serves on what it has and refuses changes, saying why; with it again, it catches up by itself.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import { until } from '../../support/until.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import {
  allServe,
  apply,
  ask,
  fileOf,
  get,
  listNodes,
  refusal,
  served,
  startFleet,
  textOf,
  type TestNode,
} from './fleet.ts'

suite('a fleet whose store goes away', () => {
  let redis: TestRedis
  let upstream: Upstream
  /** The way of the third node to the store. */
  let way: TcpProxy
  let nodes: readonly TestNode[] = []

  before(async () => {
    redis = await startRedis()
    upstream = await startUpstream()
    way = await startTcpProxy(redis.port)
    const stores = [redis.port, redis.port, way.port]
    nodes = await startFleet(textOf(['first']), upstream.url, stores)
  })

  after(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    await way?.close()
    await upstream?.close()
    await redis?.kill()
  })

  test('a node that is cut off serves on, refuses changes, and catches up', async () => {
    const { text: old } = await served(nodes[2]!)
    await way.set({ kind: 'silent' })
    await until('it to count as away', async () => {
      return (await listNodes(nodes[0]!)).some(({ health }) => health === 'away')
    })
    const text = textOf(['first', 'meanwhile'])
    const answer = await apply(nodes[0]!, text)
    assert.deepEqual(answer.nodes?.map(({ name }) => name).toSorted(), ['a', 'b'])
    assert.equal((await served(nodes[2]!)).text, old)
    assert.equal(await get(nodes[2]!, 'first'), 200)
    const failure = await refusal(apply(nodes[2]!, textOf(['first', 'apart'])))
    assert.equal(failure.status, 503)
    await way.set({ kind: 'pass', delayMs: 0 })
    await way.close()
    await way.open()
    await allServe(nodes, text)
  })

  test('while the store is down, requests are answered and changes are refused with the reason', async () => {
    const before = await served(nodes[0]!)
    await redis.kill()
    await nodes[0]!.waitFor('the word of it', (_out, err) => err.includes('is away'))
    for (const node of nodes) assert.equal(await get(node, 'meanwhile'), 200)
    const failure = await refusal(apply(nodes[0]!, textOf(['first', 'unheard'])))
    assert.equal(failure.status, 503)
    assert.match(failure.message, /store of the fleet is away \(.*ECONNREFUSED.*revision \d+ stays/)
    const history = await refusal(ask(nodes[0]!, 'GET', '/api/v1/revisions'))
    assert.equal(history.status, 503)
    assert.match(history.message, /ECONNREFUSED/)
    const [own, ...others] = await listNodes(nodes[0]!)
    assert.deepEqual([own!.name, own!.revision, others], ['a', before.revision, []])
    assert.equal((await served(nodes[0]!)).text, before.text)
    assert.equal(fileOf(nodes[0]!), before.text)
  })

  test('an edit of a file waits for the store, and is for all then; a lost history goes on', async () => {
    const before = await served(nodes[1]!)
    const text = textOf(['first', 'waited'])
    nodes[1]!.write('sallyport.yaml', text)
    await nodes[1]!.waitFor('the word of it', (_out, err) => err.includes('waits for the store'))
    assert.equal((await served(nodes[1]!)).text, before.text)
    await redis.restart()
    await allServe(nodes, text)
    const after = await served(nodes[0]!)
    assert.equal(after.revision, before.revision! + 1)
    for (const node of nodes) assert.equal(await get(node, 'waited'), 200)
  })

  test('a store that hangs is one that is away', async () => {
    redis.pause()
    const failure = await refusal(apply(nodes[0]!, textOf(['first', 'hung'])))
    redis.resume()
    assert.equal(failure.status, 503)
    const text = textOf(['first', 'resumed'])
    await until('it to be taken again', async () => {
      return apply(nodes[0]!, text).then(
        () => true,
        () => false,
      )
    })
    await allServe(nodes, text)
  })
})
