// The figures of the live view against what a client knows it sent, and the state of endpoints against what they do.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ApiFailure } from '../../../gateway/cli/api-client.ts'
import type { NodeState } from '../../../gateway/control/live/node-state.ts'
import type { RouteFigure } from '../../../gateway/control/live/live.ts'
import type { SignalPoint } from '../../../gateway/control/live/rollups.ts'
import type { LoadPoint } from '../../../gateway/control/live/node-load.ts'
import type { Topology } from '../../../gateway/control/live/topology.ts'
import { controlOf } from '../../support/process-tree.ts'
import { until } from '../../support/until.ts'
import { startLive, type LiveGateway } from './live-gateway.ts'

interface Signals {
  readonly points: readonly SignalPoint[]
  readonly load: readonly LoadPoint[]
  readonly ageMs: number | null
}

suite('the live view of a gateway', { timeout: 120_000 }, () => {
  let live: LiveGateway

  before(async () => {
    live = await startLive()
  })

  after(() => live?.close())

  const figureOf = async (route: string): Promise<RouteFigure | undefined> => {
    const { items } = await live.api<{ items: RouteFigure[] }>('GET', '/api/v1/routes/figures')
    return items.find((one) => one.route === route)
  }

  test('counts every request once, over all workers', async () => {
    for (let batch = 0; batch < 10; batch++) {
      await Promise.all(Array.from({ length: 50 }, () => live.get('/pair/x')))
    }
    await until('all of them', async () => (await figureOf('pair'))?.requests === 500)
    for (const window of ['5m', '1h', '24h']) {
      const path = `/api/v1/signals?window=${window}&scope=plane&name=edge`
      const { points } = await live.api<Signals>('GET', path)
      const requests = points.flatMap(({ signals }) => signals.map((signal) => signal.requests))
      assert.equal(
        requests.reduce((sum, count) => sum + count, 0),
        500,
        window,
      )
    }
    const { edges } = await live.api<Topology>('GET', '/api/v1/topology')
    const along = edges.find(({ from, to }) => from === 'route/pair' && to === 'service/pair')
    assert.equal(along?.requests, 500)
    assert.equal(along?.tail, 'route=pair&service=pair')
  })

  test('tells how busy the workers are, traffic or none', async () => {
    await until('both workers', async () => {
      const { workers, silent } = await live.api<NodeState>('GET', '/api/v1/node')
      return workers.length === 2 && silent === 0 && workers.every(({ rssBytes }) => rssBytes > 1e6)
    })
    const { load, ageMs } = await live.api<Signals>('GET', '/api/v1/signals')
    assert.ok(load.length > 0)
    assert.ok(ageMs !== null && ageMs < 10_000)
  })

  test('names the latest failure of a route, with the request to explain', async () => {
    assert.equal(await live.get('/alone'), 502)
    await until('failure', async () => (await figureOf('alone'))?.failed === 1)
    const { lastFailure } = (await figureOf('alone'))!
    assert.equal(lastFailure?.status, 502)
    const { recorded } = await live.api<{ recorded: { status: number } }>(
      'POST',
      '/api/v1/explain',
      { request: lastFailure?.id },
    )
    assert.equal(recorded.status, 502)
  })

  test('says why an endpoint is away in the words of the system, and that it is back', async () => {
    const alone = await live.endpoint('http://127.0.0.1:1')
    assert.deepEqual([alone.isTroubled, alone.reason], [true, 'connect ECONNREFUSED 127.0.0.1:1'])
    const [first] = live.upstreams
    assert.equal((await live.endpoint(first.url)).state, 'well')
    await first.close()
    await until('trouble', async () => {
      const { state, reason } = await live.endpoint(first.url)
      return state === 'unreachable' && reason === `connect ECONNREFUSED 127.0.0.1:${first.port}`
    })
    const { nodes } = await live.api<Topology>('GET', '/api/v1/topology')
    assert.equal(nodes.find(({ id }) => id === 'service/pair')?.state, 'troubled')
  })

  test('goes on where what is drained cannot be read, and says that nothing can be drained', async () => {
    const control = controlOf(live.gateway.process.pid!)!
    live.gateway.write('data/live/drains', 'damaged')
    process.kill(control, 'SIGKILL')
    const { upstreams } = live
    const path = '/api/v1/services/pair/endpoints:drain'
    let said = ''
    await until('answer', async () => {
      said = await live.api('POST', path, { endpoint: upstreams[1].url, evenLast: true }).then(
        () => 'drained',
        (error: unknown) => (error instanceof ApiFailure ? error.code : String(error)),
      )
      return said !== 'unreachable'
    })
    assert.equal(said, 'not_available')
    assert.equal(await live.get('/pair/x'), 200)
  })

  test('says that the file differs from what is served, as a refused edit leaves it', async () => {
    const stateOf = async (): Promise<string> =>
      (await live.api<NodeState>('GET', '/api/v1/node')).file.kind
    assert.equal(await stateOf(), 'same')
    live.gateway.write('sallyport.yaml', 'routes: nonsense\n')
    await until('difference', async () => (await stateOf()) === 'differs')
  })
})
