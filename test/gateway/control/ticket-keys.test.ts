import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListenerPlan, TlsPlan } from '../../../gateway/config/plan.ts'
import { TicketKeys } from '../../../gateway/control/ticket-keys.ts'

function listener(name: string, tls: Partial<TlsPlan> | null = {}): ListenerPlan {
  const full = {
    certificates: [],
    minVersion: 'TLSv1.2',
    clientCaPem: null,
    clientAuth: 'none',
    ...tls,
  }
  return { name, tls: tls === null ? null : full } as unknown as ListenerPlan
}

function counted(): TicketKeys {
  let count = 0
  return new TicketKeys((size) => Buffer.alloc(size, ++count))
}

test('each listener has a key of 48 bytes of its own, and keeps it', () => {
  const keys = counted()
  const first = keys.forListeners([listener('a'), listener('b'), listener('c', null)])
  assert.deepEqual(Object.keys(first), ['a', 'b', 'c'])
  assert.equal(new Set(Object.values(first)).size, 3)
  for (const key of Object.values(first)) assert.equal(Buffer.from(key, 'base64').length, 48)
  assert.deepEqual(keys.forListeners([listener('b'), listener('a'), listener('c', null)]), first)
})

test('a change of what is trusted means a new key, for that listener alone', () => {
  const keys = counted()
  const before = keys.forListeners([listener('a'), listener('b')])
  const changes = [
    { clientCaPem: 'x' },
    { clientCaPem: 'y' },
    { clientCaPem: 'y', clientAuth: 'optional' },
  ] as const
  let last = before['a']
  for (const change of changes) {
    const after = keys.forListeners([listener('a', change), listener('b')])
    assert.notEqual(after['a'], last)
    assert.equal(after['b'], before['b'])
    last = after['a']
  }
})

test('a new certificate keeps sessions alive', () => {
  const keys = counted()
  const before = keys.forListeners([listener('a')])
  const certificates = [{ file: 'new' }] as unknown as TlsPlan['certificates']
  assert.deepEqual(keys.forListeners([listener('a', { certificates })]), before)
})

test('a listener that was away gets a new key, and so does everyone on rotation', () => {
  const keys = counted()
  const before = keys.forListeners([listener('a'), listener('b')])
  keys.forListeners([listener('b')])
  const back = keys.forListeners([listener('a'), listener('b')])
  assert.notEqual(back['a'], before['a'])
  keys.rotate()
  const rotated = keys.forListeners([listener('a'), listener('b')])
  assert.notEqual(rotated['a'], back['a'])
  assert.notEqual(rotated['b'], back['b'])
})
