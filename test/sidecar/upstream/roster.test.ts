import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BreakerState } from '../../../sidecar/upstream/breaker.ts'
import { CLOSED } from '../../../sidecar/upstream/breaker.ts'
import { Member } from '../../../sidecar/upstream/member.ts'
import { drawUp } from '../../../sidecar/upstream/roster.ts'
import { pick, randomFrom } from '../forward/seeded-random.ts'
import { FakeTransport } from './fake-transport.ts'

const NOW = 10_000

function member(name: string, breaker: BreakerState = CLOSED, healthy = true): Member {
  const made = new Member(name, new FakeTransport(name), 0)
  made.breaker = breaker
  made.healthy = healthy
  return made
}

function openSince(sinceMs: number, untilMs = NOW + 1): BreakerState {
  return { kind: 'open', sinceMs, untilMs, times: 1 }
}

function names(members: readonly Member[]): string {
  return members.map(({ name }) => name).join(' ')
}

describe('a roster', () => {
  const cases: [string, Member[], string, string, string][] = [
    ['is empty without members', [], '', '', ''],
    ['has everybody', [member('a'), member('b')], 'a b', '', ''],
    ['passes over who is open', [member('a'), member('b', openSince(1))], 'a', '', 'b'],
    [
      'passes over who is being tried',
      [member('a'), member('b', { kind: 'half-open', sinceMs: 1, times: 1 })],
      'a',
      '',
      'b',
    ],
    ['says whose time has come', [member('a'), member('b', openSince(1, NOW))], 'a', 'b', 'b'],
    ['never passes over the only one', [member('a', openSince(1))], 'a', '', ''],
    [
      'never passes over more than half, and lets the oldest serve',
      [member('a', openSince(3)), member('b', openSince(1)), member('c', openSince(2))],
      'b c',
      '',
      'a',
    ],
    [
      'leaves out the unhealthy while one is healthy',
      [member('a', CLOSED, false), member('b'), member('c', CLOSED, false)],
      'b',
      '',
      'a c',
    ],
    [
      'has the unhealthy where no other is left',
      [member('a', CLOSED, false), member('b', openSince(1), false)],
      'a',
      '',
      'b',
    ],
    [
      'prefers the healthy who fails to the unhealthy',
      [member('a', openSince(1)), member('b', CLOSED, false)],
      'a',
      '',
      'b',
    ],
  ]
  for (const [name, members, serving, due, reserve] of cases) {
    it(name, () => {
      const roster = drawUp(members, NOW)
      assert.deepEqual(
        [names(roster.serving), names(roster.due), names(roster.reserve)],
        [serving, due, reserve],
      )
    })
  }

  it('is good until the next member becomes due', () => {
    const members = [member('a', openSince(1, NOW + 7)), member('b', openSince(1, NOW + 5))]
    assert.equal(drawUp([...members, member('c')], NOW).validUntilMs, NOW + 5)
    assert.equal(drawUp([member('c')], NOW).validUntilMs, Infinity)
  })

  it('serves with at least half of the healthy, whatever happens to them', () => {
    const random = randomFrom(7)
    const states: (() => BreakerState)[] = [
      () => CLOSED,
      () => openSince(random() * NOW),
      () => openSince(random() * NOW, NOW - 1),
      () => ({ kind: 'half-open', sinceMs: random() * NOW, times: 1 }),
    ]
    for (let round = 0; round < 500; round++) {
      const members = Array.from({ length: 1 + Math.floor(random() * 9) }, (_, i) =>
        member(String(i), pick(random, states)(), random() < 0.8),
      )
      const healthy = members.filter((one) => one.healthy)
      const considered = healthy.length > 0 ? healthy : members
      const { serving, reserve } = drawUp(members, NOW)
      assert.ok(serving.length >= considered.length / 2)
      assert.ok(serving.every((one) => considered.includes(one)))
      assert.equal(serving.length + reserve.length, members.length)
      const closed = considered.filter((one) => one.breaker.kind === 'closed')
      assert.ok(closed.every((one) => serving.includes(one)))
    }
  })
})
