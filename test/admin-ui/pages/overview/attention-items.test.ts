import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { EndpointView, NodeState } from '../../../../admin-ui/api/contract.ts'
import {
  certificateItems,
  endpointItems,
  nodeItems,
  type AttentionWords,
} from '../../../../admin-ui/pages/overview/attention-items.ts'

/** Says the name of each sentence and what is put into it. */
const say = new Proxy({ store: 'store' } as AttentionWords, {
  get: (target, name) =>
    name === 'store'
      ? target.store
      : (...parts: readonly unknown[]) => [String(name), ...parts].join(' '),
})

const ENDPOINT: EndpointView = {
  name: 'http://127.0.0.1:1',
  state: 'unreachable',
  reason: 'connect ECONNREFUSED 127.0.0.1:1',
  isTroubled: true,
  breaker: 'closed',
  ejectedBy: 0,
  inFlight: 0,
  requests: 0,
  failed: 0,
  meanMs: null,
  check: null,
  peer: null,
  drain: null,
  version: null,
  zone: null,
  weight: null,
  sidecar: null,
}
const NODE: NodeState = {
  perSecond: 0,
  workers: [],
  silent: 0,
  limitStore: { kind: 'redis', state: 'normal', fault: null, whenDown: [] },
  file: { kind: 'same', name: 'sallyport.yaml', reason: '' },
}

function serviceOf(endpoints: readonly EndpointView[]) {
  const kind = 'static' as const
  return [{ name: 'orders', kind, balance: 'round-robin', usedBy: [], endpoints }]
}

const reasonOf = ({ reason }: EndpointView): string => reason

suite('what needs attention', () => {
  test('is an endpoint that is down, with its reason and the way to it', () => {
    const [item] = endpointItems(say, serviceOf([ENDPOINT]), reasonOf)
    assert.equal(item?.tone, 'bad')
    assert.equal(item?.text, `endpoint orders: ${ENDPOINT.name} ${ENDPOINT.reason}`)
    const query = new URL(item.to, 'http://x').searchParams
    assert.equal(query.get('q'), `orders ${ENDPOINT.name}`)
  })

  test('is a drain that somebody may have forgotten, but no endpoint that is well', () => {
    const drain = { by: 'alice', atMs: 1, reason: '' }
    const items = endpointItems(
      say,
      serviceOf([
        { ...ENDPOINT, state: 'drained', isTroubled: false, drain },
        { ...ENDPOINT, name: 'http://127.0.0.1:2', state: 'well', isTroubled: false },
      ]),
      reasonOf,
    )
    assert.deepEqual(
      items.map(({ tone, text }) => [tone, text]),
      [['warn', `drained orders: ${ENDPOINT.name} alice`]],
    )
  })

  test('is told as a number where it is too much of one kind', () => {
    const many = Array.from({ length: 9 }, (_, at) => ({ ...ENDPOINT, name: `http://h${at}` }))
    const items = endpointItems(say, serviceOf(many), reasonOf)
    assert.equal(items.length, 6)
    assert.equal(items.at(-1)?.text, 'moreEndpoints 4')
  })

  test('is a node whose store, file or workers are not as they should be', () => {
    assert.deepEqual(nodeItems(say, NODE), [])
    const limitStore = { ...NODE.limitStore, state: 'degraded' } as const
    const file = { ...NODE.file, kind: 'differs' } as const
    const items = nodeItems(say, { ...NODE, silent: 1, limitStore, file })
    assert.deepEqual(
      items.map(({ text }) => text),
      ['silent 1', 'store', 'drift sallyport.yaml'],
    )
  })

  test('is a certificate that ends soon, the more urgent the sooner', () => {
    const due = { place: 'a.pem', names: ['a.example'], daysLeft: 9, state: 'due' }
    const items = certificateItems(say, [
      due,
      { ...due, daysLeft: 2, state: 'urgent' },
      { ...due, state: 'faulty' },
      { ...due, state: 'good' },
    ])
    assert.deepEqual(
      items.map(({ tone, text }) => [tone, text]),
      [
        ['warn', 'certificate a.example 9'],
        ['bad', 'certificate a.example 2'],
        ['bad', 'certificateFaulty a.example'],
      ],
    )
  })
})
