import assert from 'node:assert/strict'
import { beforeEach, suite, test } from 'node:test'
import { compilePlan } from '../../../../gateway/config/compile.ts'
import type { Plan } from '../../../../gateway/config/plan.ts'
import type { Documents } from '../../../../gateway/control/documents/documents.ts'
import { Endpoints } from '../../../../gateway/control/live/endpoints.ts'
import type { LiveQuestion } from '../../../../gateway/decide/explain-messages.ts'
import type { EndpointReport } from '../../../../gateway/decide/live-state.ts'
import { SallyportError } from '../../../../sidecar/runtime/errors.ts'
import { ManualClock, settled } from '../../auth/manual-clock.ts'
import { loaded, loadText } from '../../config/memory-disk.ts'
import { INSTANCE } from './mesh-instance.ts'

const A = 'http://127.0.0.1:1'
const B = 'http://127.0.0.1:2'
const TEXT = `listeners: [ { name: public, bind: "127.0.0.1:8443", tls: off } ]
services:
  pair: { endpoints: ["${A}", "${B}"] }
  billing: { mesh: true }
routes:
  - { name: pair, match: /pair, to: pair, auth: public }
  - { name: billing, match: /billing, to: billing, auth: public }
mesh: { trustDomain: example.internal }
`

function memory(): Documents {
  let document = { text: '', version: 0 }
  return {
    read: async () => document,
    async write(_name, text, version) {
      if (version !== document.version) return false
      document = { text, version: version + 1 }
      return true
    },
  }
}

function reportOf(endpoint: string, given: Partial<EndpointReport> = {}): EndpointReport {
  const rest = { breaker: 'closed', isDrained: false, inFlight: 1, fault: null } as const
  return { service: 'pair', endpoint, ...rest, ...given }
}

suite('the endpoints of a node', () => {
  let plan: Plan
  let clock: ManualClock
  let told: LiveQuestion[]
  let held: string[][]
  let documents: Documents
  /** Workers that answer. */
  let answering: number

  beforeEach(async () => {
    const { config, materials } = loaded(await loadText(TEXT))
    plan = compilePlan(config, materials, 1, () => {})!
    clock = new ManualClock()
    told = []
    held = []
    documents = memory()
    answering = 2
  })

  async function start(): Promise<Endpoints> {
    const endpoints: Endpoints = new Endpoints({
      clock,
      workers: () => 2,
      plan: () => plan,
      figures: () => [],
      sidecars: () => new Map(),
      dial: async () => null,
      tellAll(question) {
        told.push(question)
        if (!('ask' in question) || question.ask === 0) return
        for (let worker = 1; worker <= answering; worker++) {
          endpoints.hear(worker, question.ask, [reportOf(A), reportOf(B)])
        }
      },
    })
    endpoints.useMesh({
      instances: () => [INSTANCE],
      hold: (names) => void held.push([...names]),
    })
    await endpoints.open(documents)
    return endpoints
  }

  const wanted = (endpoint: string, service = 'pair') => {
    return { service, endpoint, by: 'alice', reason: 'new disks' }
  }
  const codeOf = (task: Promise<unknown>): Promise<string> =>
    task.then(
      () => 'ok',
      (error: unknown) => (error instanceof SallyportError ? error.code : String(error)),
    )

  test('are put together from all workers', async () => {
    const endpoints = await start()
    const { services, missing } = await endpoints.seen()
    assert.equal(missing, 0)
    assert.deepEqual(
      services.map(({ name, kind, usedBy }) => [name, kind, usedBy]),
      [
        ['billing', 'mesh', ['billing']],
        ['pair', 'static', ['pair']],
      ],
    )
    const [mesh, pair] = services
    assert.deepEqual(
      mesh!.endpoints.map(({ name, state, peer, inFlight }) => [name, state, peer, inFlight]),
      [['b1@10.0.0.1:15443', 'well', INSTANCE.id, null]],
    )
    assert.deepEqual(
      pair!.endpoints.map(({ name, state, inFlight }) => [name, state, inFlight]),
      [
        [A, 'well', 2],
        [B, 'well', 2],
      ],
    )
    endpoints.close()
  })

  test('are drained once every worker has confirmed, and it says who did it and why', async () => {
    const endpoints = await start()
    const { endpoint, left } = await endpoints.drain(wanted(A), false)
    const drain = { by: 'alice', atMs: clock.wallMs(), reason: 'new disks' }
    assert.deepEqual([endpoint.state, endpoint.drain, left], ['drained', drain, 1])
    answering = 1
    const late = codeOf(endpoints.drain(wanted(B), true))
    await settled()
    await clock.advance(1000)
    assert.equal(await late, 'not_available')
    endpoints.close()
  })

  test('stay drained over restarts, and every worker is told so again and again', async () => {
    const before = await start()
    await before.drain(wanted(A), false)
    before.close()
    told = []
    const after = await start()
    await clock.advance(2000)
    const drained = told.filter(({ kind }) => kind === 'live-drain')
    assert.equal(drained.length, 3)
    assert.deepEqual(drained.at(-1), { kind: 'live-drain', ask: 0, drained: [['pair', A]] })
    await after.enable('pair', A)
    await clock.advance(1000)
    assert.deepEqual(told.at(-1), { kind: 'live-drain', ask: 0, drained: [] })
    after.close()
  })

  test('are not all drained by accident', async () => {
    const endpoints = await start()
    await endpoints.drain(wanted(A), false)
    assert.equal(await codeOf(endpoints.drain(wanted(B), false)), 'conflict')
    assert.equal(await codeOf(endpoints.drain(wanted(B), true)), 'ok')
    assert.equal(await codeOf(endpoints.drain(wanted('http://10.0.0.9:1'), true)), 'not_found')
    assert.equal(await codeOf(endpoints.drain(wanted(A, 'none'), true)), 'not_found')
    endpoints.close()
  })

  test('of the mesh are kept from the calls of everybody', async () => {
    const endpoints = await start()
    await endpoints.drain(wanted('b1@10.0.0.1:15443', 'billing'), true)
    assert.deepEqual(held.at(-1), ['billing b1'])
    await endpoints.enable('billing', 'b1@10.0.0.1:15443')
    assert.deepEqual(held.at(-1), [])
    endpoints.close()
  })

  test('are not drained where that could not be remembered', async () => {
    const endpoints = await start()
    documents.write = async () => {
      throw new Error('no space')
    }
    assert.equal(await codeOf(endpoints.drain(wanted(A), false)), 'Error: no space')
    assert.deepEqual(
      told.filter(({ kind }) => kind === 'live-drain'),
      [],
    )
    endpoints.close()
  })
})
