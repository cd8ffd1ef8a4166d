// The inbox of refused calls: once each, within bounds, added up over processes.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DenialInbox, type Denial } from '../../../gateway/allow/denials.ts'

type Call = Omit<Denial, 'count' | 'firstMs' | 'lastMs'>

function call(parts: Partial<Call> = {}): Call {
  return {
    caller: 'billing',
    host: 'api.example.com',
    port: 443,
    reason: 'no_rule',
    rule: '',
    answer: 'not_asked',
    addresses: [],
    serverName: null,
    passed: false,
    ...parts,
  }
}

describe('the inbox', () => {
  test('keeps a caller and destination once, with how often and since when', () => {
    const inbox = new DenialInbox()
    inbox.record(call(), 1000)
    inbox.record(call({ reason: 'port_not_allowed', rule: 'pay' }), 3000)
    inbox.record(call({ reason: 'address_not_public', answer: 'forbidden' }), 2000)
    assert.deepEqual(inbox.list(), [
      {
        ...call({ reason: 'port_not_allowed', rule: 'pay' }),
        count: 3,
        firstMs: 1000,
        lastMs: 3000,
      },
    ])
  })

  test('tells callers, hosts and ports apart, the latest first', () => {
    const inbox = new DenialInbox()
    inbox.record(call(), 1)
    inbox.record(call({ port: 80 }), 4)
    inbox.record(call({ host: 'b.example.com' }), 3)
    inbox.record(call({ caller: 'reports' }), 2)
    const shown = inbox.list().map(({ caller, host, port }) => `${caller} ${host} ${port}`)
    assert.deepEqual(shown, [
      'billing api.example.com 80',
      'billing b.example.com 443',
      'reports api.example.com 443',
      'billing api.example.com 443',
    ])
  })

  test('forgets what was silent longest of the same caller, and counts it', () => {
    const inbox = new DenialInbox({ callers: 2, destinations: 2 })
    inbox.record(call({ caller: 'quiet' }), 1)
    inbox.record(call({ host: 'a' }), 2)
    inbox.record(call({ host: 'b' }), 3)
    inbox.record(call({ host: 'a' }), 4)
    for (let index = 0; index < 100; index++) inbox.record(call({ host: `x${index}` }), 5 + index)
    const shown = inbox.list().map(({ caller, host }) => `${caller} ${host}`)
    assert.deepEqual(shown, ['billing x99', 'billing x98', 'quiet api.example.com'])
    assert.equal(inbox.forgotten, 101)
  })

  test('forgets the caller that was silent longest', () => {
    const inbox = new DenialInbox({ callers: 2, destinations: 8 })
    inbox.record(call({ caller: 'a' }), 1)
    inbox.record(call({ caller: 'b' }), 2)
    inbox.record(call({ caller: 'a', port: 1 }), 3)
    inbox.record(call({ caller: 'c' }), 4)
    assert.deepEqual(
      inbox.list().map(({ caller }) => caller),
      ['c', 'a', 'a'],
    )
    assert.equal(inbox.forgotten, 1)
  })

  test('keeps no more of a host than a host can be long', () => {
    const inbox = new DenialInbox()
    inbox.record(call({ host: 'x'.repeat(10_000) }), 1)
    assert.equal(inbox.list()[0]?.host.length, 255)
  })

  test('dismisses one destination', () => {
    const inbox = new DenialInbox()
    inbox.record(call(), 1)
    inbox.record(call({ port: 80 }), 2)
    inbox.dismiss('billing', 'api.example.com', 443)
    inbox.dismiss('nobody', 'api.example.com', 443)
    assert.deepEqual(
      inbox.list().map(({ port }) => port),
      [80],
    )
    inbox.dismiss('billing', 'api.example.com', 80)
    assert.deepEqual(inbox.list(), [])
  })
})

describe('inboxes of several processes', () => {
  test('drained into one, give what one alone would have seen', () => {
    const alone = new DenialInbox()
    const workers = [new DenialInbox(), new DenialInbox(), new DenialInbox()]
    const together = new DenialInbox()
    for (let at = 0; at < 300; at++) {
      const denial = call({ host: `h${at % 7}`, caller: `c${at % 3}`, reason: `r${at % 5}` })
      alone.record(denial, at)
      workers[(at * 31) % workers.length]!.record(denial, at)
      if (at % 40 === 0) for (const worker of workers) together.merge(worker.drain())
    }
    for (const worker of workers) together.merge(worker.drain())
    assert.deepEqual(together.list(), alone.list())
    assert.deepEqual(
      workers.flatMap((worker) => worker.list()),
      [],
    )
  })

  test('drained into a smaller one, leave the latest', () => {
    const worker = new DenialInbox()
    for (let port = 1; port <= 5; port++) worker.record(call({ port }), port)
    const small = new DenialInbox({ callers: 1, destinations: 2 })
    small.merge(worker.drain())
    assert.deepEqual(
      small.list().map(({ port }) => port),
      [5, 4],
    )
  })
})
