// No new request reaches a drained endpoint, what is under way ends by itself, and a restart forgets nothing.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get as getRaw, type ServerResponse } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { ApiFailure } from '../../../gateway/cli/api-client.ts'
import { sallyport } from '../../support/cli.ts'
import { controlOf, workersOf } from '../../support/process-tree.ts'
import { until } from '../../support/until.ts'
import { startLive, type LiveGateway } from './live-gateway.ts'

interface Listed {
  readonly items: readonly { readonly endpoints: readonly { readonly drain: object | null }[] }[]
  readonly missing: number
}

const PATH = '/api/v1/services/pair/endpoints'

suite('an endpoint that is drained', { timeout: 120_000 }, () => {
  let live: LiveGateway
  let first: string
  let second: string

  before(async () => {
    live = await startLive()
    first = live.upstreams[0].url
    second = live.upstreams[1].url
  })

  after(() => live?.close())

  const seen = (index: 0 | 1): number => live.upstreams[index].seen.length
  const refusalOf = async (task: Promise<unknown>): Promise<ApiFailure> => {
    const failure = await task.then(
      () => null,
      (error: unknown) => error,
    )
    assert.ok(failure instanceof ApiFailure)
    return failure
  }

  test('gets no new request, and the one it has ends by itself', async () => {
    let waiting: ServerResponse | null = null
    live.upstreams[0].handler = (_request, response) => {
      waiting = response
    }
    const asked = Array.from({ length: 4 }, () => {
      const request = getRaw(`http://127.0.0.1:${live.gateway.port('plain')}/pair/slow`)
      return once(request, 'response')
    })
    await until('request under way', async () => {
      return waiting !== null && ((await live.endpoint(first)).inFlight ?? 0) >= 1
    })
    const answer = await live.api<{ endpoint: { state: string; drain: { by: string } } }>(
      'POST',
      `${PATH}:drain`,
      { endpoint: first, reason: 'new disks' },
    )
    assert.equal(answer.endpoint.state, 'drained')
    const before = seen(0)
    for (let i = 0; i < 20; i++) assert.equal(await live.get('/pair/x'), 200)
    assert.equal(seen(0), before)
    const { drain, inFlight } = await live.endpoint(first)
    assert.equal(drain?.reason, 'new disks')
    assert.ok((inFlight ?? 0) >= 1)
    live.upstreams[0].handler = (_request, response) => void response.end('ok')
    ;(waiting as ServerResponse | null)?.end('late')
    // Others of the four may still hang on the handler before.
    for (const socket of live.upstreams[0].sockets) if (!socket.destroyed) socket.end()
    await Promise.allSettled(asked)
    await until('nothing under way', async () => (await live.endpoint(first)).inFlight === 0)
  })

  test('stays so when workers and control die and begin anew', async () => {
    const supervisor = live.gateway.process.pid!
    // The other one holds the port, which was any free one.
    const killed = [workersOf(supervisor)[0]!, controlOf(supervisor)!]
    for (const pid of killed) process.kill(pid, 'SIGKILL')
    await until('new processes that know it', async () => {
      const now = [...workersOf(supervisor), controlOf(supervisor)]
      if (now.length < 3 || now.includes(null) || now.some((pid) => killed.includes(pid!))) {
        return false
      }
      const { stdout } = await sallyport('services', '-o', 'json', '-c', live.gateway.file)
      const { items = [], missing = 2 } = stdout === '' ? {} : (JSON.parse(stdout) as Listed)
      return missing === 0 && items.some(({ endpoints }) => endpoints.some(({ drain }) => drain))
    })
    await until('workers that keep to it', async () => {
      const requests = seen(0)
      for (let i = 0; i < 12; i++) await live.get('/pair/x')
      return seen(0) === requests
    })
  })

  test('is not the last one, unless that is said', async () => {
    const refused = await refusalOf(live.api('POST', `${PATH}:drain`, { endpoint: second }))
    assert.equal(refused.code, 'conflict')
    assert.match(refused.message, /last one of pair/)
    assert.equal(await live.get('/pair/x'), 200)
  })

  test('is named as configured: anything else is refused with what there is', async () => {
    const wrong = { endpoint: 'http://127.0.0.1:9' }
    const refused = await refusalOf(live.api('POST', `${PATH}:drain`, wrong))
    assert.equal(refused.code, 'not_found')
    assert.ok(refused.message.includes(first))
    const path = '/api/v1/services/none/endpoints:drain'
    assert.equal((await refusalOf(live.api('POST', path, wrong))).code, 'not_found')
  })

  test('gets requests again as soon as it is enabled', async () => {
    const { code, stderr } = await sallyport(
      'services',
      'enable',
      'pair',
      first,
      '-c',
      live.gateway.file,
    )
    assert.equal(code, 0, stderr)
    const before = seen(0)
    for (let i = 0; i < 8; i++) assert.equal(await live.get('/pair/x'), 200)
    assert.ok(seen(0) > before)
    assert.equal((await live.endpoint(first)).drain, null)
  })
})
