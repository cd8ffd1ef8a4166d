import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { compilePlan } from '../../../../gateway/config/compile.ts'
import type { Plan } from '../../../../gateway/config/plan.ts'
import type { Figures, PairFigure } from '../../../../gateway/control/live/figures.ts'
import { serviceViews } from '../../../../gateway/control/live/services.ts'
import { topologyOf, type Topology } from '../../../../gateway/control/live/topology.ts'
import { loaded, loadText } from '../../config/memory-disk.ts'
import { INSTANCE } from './mesh-instance.ts'

const TEXT = `listeners:
  - { name: public, bind: "127.0.0.1:8443", tls: off }
  - { name: inside, bind: "127.0.0.1:8444", tls: off }
services:
  one: { endpoints: ["http://127.0.0.1:1", "http://127.0.0.1:2"] }
  billing: { mesh: true }
routes:
  - { name: open, match: api.example.com/open/*, to: one, auth: public, listener: public }
  - { name: split, match: /split, to: [ { service: one, weight: 9 }, { service: billing, weight: 1 } ], auth: public }
mesh: { trustDomain: example.internal }
egress:
  plain: 127.0.0.1:3128
  rules:
    - { name: pay, from: [billing], allow: [api.example.com] }
`
const NOW_MS = 2
const NONE: Figures = { listeners: [], routes: [], endpoints: [], egress: [] }
const FIGURE = { requests: 5, refused: 1, failed: 2, meanMs: 3, p95Ms: 4 }

suite('the picture of what calls what', () => {
  let plan: Plan

  before(async () => {
    const { config, materials } = loaded(await loadText(TEXT))
    plan = compilePlan(config, materials, 1, () => {})!
  })

  function pictureOf(
    figures: Partial<Figures> = {},
    fault: string | null = null,
    calls: readonly PairFigure[] = [],
  ): Topology {
    const services = serviceViews({
      plan,
      reports: [],
      checks: new Map([['http://127.0.0.1:1', { atMs: 1, tookMs: 1, fault }]]),
      drains: [
        { service: 'one', endpoint: 'http://127.0.0.1:2', by: 'alice', atMs: 1, reason: '' },
      ],
      instances: [INSTANCE],
      figures: [],
      sidecars: new Map(),
      nowMs: NOW_MS,
    })
    return topologyOf(plan, services, { ...NONE, ...figures }, calls, NOW_MS)
  }
  const ways = ({ edges }: Topology): readonly string[] =>
    edges.map(({ from, to, tls }) => `${from} -${tls === 'none' ? '' : tls}> ${to}`)

  test('follows the configuration from the clients to the instances, and out', () => {
    assert.deepEqual(ways(pictureOf()), [
      'clients/ -> listener/public',
      'listener/public -> route/open',
      'listener/public -> route/split',
      'clients/ -> listener/inside',
      'listener/inside -> route/split',
      'service/billing -mtls> endpoint/billing b1@10.0.0.1:15443',
      'service/one -> endpoint/one http://127.0.0.1:1',
      'service/one -> endpoint/one http://127.0.0.1:2',
      'route/open -> service/one',
      'route/split -> service/one',
      'route/split -mtls> service/billing',
      'caller/billing -> egress/',
      'egress/ -> destination/pay',
    ])
    const { nodes } = pictureOf()
    assert.equal(nodes.find(({ id }) => id === 'route/open')?.detail, 'api.example.com/open/*')
  })

  test('says who must be on the other side of mTLS', () => {
    const edge = pictureOf().edges.find(({ to }) => to.startsWith('endpoint/billing'))
    assert.equal(edge?.peer, INSTANCE.id)
  })

  test('gives each line its figures and the filter of the tail that shows it', () => {
    const { edges } = pictureOf({
      listeners: [{ from: 'inside', to: 'split', ...FIGURE, p95Ms: null }],
      routes: [{ from: 'split', to: 'one', ...FIGURE }],
      egress: [{ from: 'billing', to: 'pay', ...FIGURE }],
    })
    const of = (from: string, to: string) =>
      edges.find((edge) => edge.from === from && edge.to === to)!
    assert.equal(of('listener/inside', 'route/split').requests, 5)
    assert.equal(of('listener/public', 'route/split').requests, 0)
    const way = of('route/split', 'service/one')
    assert.deepEqual([way.failed, way.p95Ms, way.tail], [2, 4, 'route=split&service=one'])
    assert.equal(of('egress/', 'destination/pay').requests, 5)
    assert.equal(of('caller/billing', 'egress/').refused, 1)
  })

  test('has the calls between services, and the caller that nothing else leads to', () => {
    const { nodes, edges } = pictureOf({}, null, [{ from: 'web', to: 'billing', ...FIGURE }])
    const call = edges.find(({ from }) => from === 'service/web')
    assert.deepEqual(
      [call?.to, call?.tls, call?.peer, call?.requests, call?.tail],
      ['service/billing', 'mtls', INSTANCE.id, 5, null],
    )
    assert.equal(nodes.find(({ id }) => id === 'service/web')?.name, 'web')
  })

  test('says of the way out which mode is in force, not which one is written', () => {
    const modeAt = (nowMs: number) => {
      const egress = { ...plan.egress!, mode: 'learn', learnUntilMs: 1000 } as const
      const { nodes } = topologyOf({ ...plan, egress }, [], NONE, [], nowMs)
      return nodes.find(({ id }) => id === 'egress/')?.detail
    }
    assert.equal(modeAt(999), 'learn')
    assert.equal(modeAt(1000), 'enforce')
  })

  test('shows trouble and drains where they are, with the reason', () => {
    const { nodes } = pictureOf({}, 'connect ECONNREFUSED 127.0.0.1:1')
    const stateOf = (id: string) => nodes.find((node) => node.id === id)
    assert.equal(stateOf('endpoint/one http://127.0.0.1:1')?.state, 'troubled')
    assert.equal(stateOf('endpoint/one http://127.0.0.1:2')?.state, 'drained')
    assert.deepEqual(
      [stateOf('service/one')?.state, stateOf('service/one')?.reason],
      ['troubled', '1/2: http://127.0.0.1:1 connect ECONNREFUSED 127.0.0.1:1'],
    )
    assert.equal(stateOf('service/billing')?.state, 'well')
  })
})
