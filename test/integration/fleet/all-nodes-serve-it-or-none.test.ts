// A change is served by every node of the fleet, or by none; of two writers one wins; a file edited on one node is for all.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import {
  allServe,
  apply,
  ask,
  fileOf,
  get,
  listNodes,
  loggedAtMs,
  refusal,
  served,
  startFleet,
  startNode,
  textOf,
  type TestNode,
} from './fleet.ts'

suite('three nodes on one Redis', () => {
  let redis: TestRedis
  let upstream: Upstream
  let nodes: readonly TestNode[] = []

  before(async () => {
    redis = await startRedis()
    upstream = await startUpstream()
    nodes = await startFleet(textOf(['first']), upstream.url, [redis.port, redis.port, redis.port])
  })

  after(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    await upstream?.close()
    await redis?.kill()
  })

  test('a change on one node is served by all when it answers', async () => {
    const text = textOf(['first', 'second'])
    const answer = await apply(nodes[0]!, text, { message: 'a second one' })
    assert.equal(answer.revision, 2)
    assert.deepEqual(answer.nodes?.map(({ name }) => name).toSorted(), ['a', 'b', 'c'])
    assert.deepEqual(await Promise.all(nodes.map((node) => get(node, 'second'))), [200, 200, 200])
    assert.deepEqual(nodes.map(fileOf), [text, text, text])
    const listed = await listNodes(nodes[2]!)
    assert.deepEqual(
      listed.map(({ name, revision, health, isThis }) => ({ name, revision, health, isThis })),
      ['a', 'b', 'c'].map((name) => {
        return { name, revision: 2, health: 'serving', isThis: name === 'c' }
      }),
    )
    for (const { skewMs } of listed) assert.ok(Math.abs(skewMs!) < 2000, `${skewMs} ms`)
  })

  test('it converges soon after it was agreed on', async (t) => {
    const text = textOf(['first', 'quick'])
    const beganMs = Date.now()
    await apply(nodes[1]!, text)
    const agreedMs = (): number => loggedAtMs(nodes[1]!, 'agreed on by every node') ?? 0
    const liveMs = (): number[] => nodes.map((node) => loggedAtMs(node, 'revision is live') ?? 0)
    // Logs come to us by another way than the answer.
    await until('it in every log', () => {
      return agreedMs() >= beganMs && liveMs().every((ms) => ms >= agreedMs())
    })
    const tookMs = liveMs().map((ms) => ms - agreedMs())
    t.diagnostic(`served ${tookMs.join(', ')} ms after every node had agreed`)
    assert.ok(
      tookMs.every((ms) => ms < 5000),
      `${tookMs.join()} ms`,
    )
  })

  test('what one node cannot compile serves nowhere, and who and why is said', async () => {
    const before = await served(nodes[0]!)
    const bind = `  - { name: more, bind: "127.0.0.1:0", tls: { certs: ./more } }\n`
    const text = textOf(['first', 'refused'], bind)
    for (const node of nodes.slice(0, 2)) {
      for (const end of ['crt', 'key']) {
        node.write(
          `more/server.${end}`,
          readFileSync(join(node.folder, `certs/server.${end}`), 'utf8'),
        )
      }
    }
    const failure = await refusal(apply(nodes[0]!, text))
    assert.equal(failure.status, 409)
    assert.match(failure.message, /serves nowhere.*c: line 5.*\.\/more/)
    const [error] = failure.problem!['errors'] as { pointer: string; line: number }[]
    assert.equal(error!.pointer, '/nodes/c')
    assert.equal(error!.line, 5)
    await until('word of it', () => loggedAtMs(nodes[2]!, 'cannot be served here') !== null)
    assert.deepEqual(await Promise.all(nodes.map((node) => get(node, 'refused'))), [404, 404, 404])
    for (const node of nodes) assert.deepEqual(await served(node), before)
    assert.deepEqual(nodes.map(fileOf), [before.text, before.text, before.text])
  })

  test('of two writers at once one wins, and the other hears who did what', async () => {
    const { checksum } = await served(nodes[0]!)
    const writes = ['left', 'right'].map((name, index) => {
      const body = { text: textOf(['first', name]), message: `adds ${name}` }
      return ask(nodes[index]!, 'PUT', '/api/v1/config', body, checksum)
    })
    const results = await Promise.allSettled(writes)
    const winner = results.findIndex(({ status }) => status === 'fulfilled')
    const failure = await refusal(writes[1 - winner]!)
    assert.equal(failure.status, 412)
    const name = ['left', 'right'][winner]!
    assert.match(failure.message, new RegExp(`local changed.*revision \\d+ “adds ${name}”`))
    await allServe(nodes, textOf(['first', name]))
  })

  test('a file edited on one node becomes a revision for all', async () => {
    const text = textOf(['first', 'by-hand'])
    nodes[2]!.write('sallyport.yaml', text)
    await allServe(nodes, text)
    assert.equal(await get(nodes[0]!, 'by-hand'), 200)
    const { items } = (await ask(nodes[0]!, 'GET', '/api/v1/revisions?limit=1')) as {
      items: { origin: string }[]
    }
    assert.equal(items[0]!.origin, 'file')
  })

  test('a file edited on one node that another cannot serve is set back, and the log says why', async () => {
    const before = await served(nodes[0]!)
    // a and b have that folder.
    const bind = `  - { name: more, bind: "127.0.0.1:0", tls: { certs: ./more } }\n`
    const text = textOf(['first', 'refused'], bind)
    nodes[0]!.write('sallyport.yaml', text)
    await nodes[0]!.waitFor('the refusal', (_out, err) => err.includes('it is set back'))
    await allServe(nodes, before.text)
    const said = nodes[0]!
      .stderr()
      .split('\n')
      .find((line) => line.includes('it is set back'))!
    const { reason, keptAs } = JSON.parse(said) as { reason: string; keptAs: string }
    assert.match(reason, /refused by c: line 5/)
    assert.equal(readFileSync(keptAs, 'utf8'), text)
    assert.equal(await get(nodes[0]!, 'refused'), 404)
  })

  test('a node that joins with an older file takes what the others serve', async (t) => {
    const { text } = await served(nodes[0]!)
    const late = await startNode('late', textOf(['first', 'second']), {
      upstream: upstream.url,
      store: redis.port,
    })
    t.after(() => late.stop())
    await allServe([...nodes, late], text)
    assert.equal(await get(late, 'second'), 404)
  })

  test('a node that joins with a file nobody knows brings it to all', async (t) => {
    const text = textOf(['first', 'brought'])
    const late = await startNode('late', text, { upstream: upstream.url, store: redis.port })
    t.after(() => late.stop())
    await allServe([...nodes, late], text)
    assert.equal(await get(nodes[0]!, 'brought'), 200)
  })

  test('a node that left is not waited for', async () => {
    const text = textOf(['first', 'last'])
    const answer = await apply(nodes[0]!, text)
    assert.deepEqual(answer.nodes?.map(({ name }) => name).toSorted(), ['a', 'b', 'c'])
  })
})
