// The mode in force on every node: told by the workers themselves, and a difference is never smoothed over.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EgressControl } from '../../../../gateway/control/egress/egress-control.ts'
import { fleetModes } from '../../../../gateway/control/egress/fleet-modes.ts'
import type { EgressMode } from '../../../../gateway/allow/plan.ts'
import type { Fleet } from '../../../../gateway/control/fleet/fleet.ts'
import type { EgressSaid, Member } from '../../../../gateway/control/fleet/member.ts'
import { planOf } from '../../allow/plan-of.ts'
import { ManualClock } from '../../auth/manual-clock.ts'

const PLAN = planOf({})

/** A node of two workers that say `own`, beside others. */
function node(own: EgressMode, others: readonly (readonly [EgressSaid | undefined, number])[]) {
  const clock = new ManualClock()
  const egress: EgressControl = new EgressControl(clock, () => {
    queueMicrotask(() => {
      for (const worker of [1, 2]) egress.hear(worker, { kind: 'egress-mode', mode: own })
    })
  })
  egress.use(PLAN, 2)
  const members = others.map(([said, silentMs], at) => ({
    id: `${at}`,
    name: `n${at}`,
    egress: said,
    silentMs,
  }))
  const fleet = {
    self: () => ({ id: 'own' }),
    members: async () =>
      [{ id: 'own', name: 'own', silentMs: 0 }, ...members] as unknown as Member[],
  } as unknown as Fleet
  const ask = async () => {
    const asked = fleetModes(PLAN, { egress, fleet: () => fleet, name: 'own', clock })
    for (let i = 0; i < 20; i++) await clock.advance(200)
    return asked
  }
  return { ask, egress, clock }
}

const ENFORCING: EgressSaid = { modes: ['enforce'], workers: 4, missing: 0 }

suite('the modes of a fleet', () => {
  test('are as configured where every worker of every node says so', async () => {
    const { isAsConfigured, nodes, inForce } = await node('enforce', [[ENFORCING, 100]]).ask()
    assert.equal(isAsConfigured, true)
    assert.equal(inForce, 'enforce')
    assert.deepEqual(
      nodes.map(({ name, workers, isThis }) => [name, workers, isThis]),
      [
        ['n0', 4, false],
        ['own', 2, true],
      ],
    )
  })

  test('are not where one worker of another node lets calls out, is silent, or nothing is known', async () => {
    for (const said of [
      { ...ENFORCING, modes: ['enforce', 'learn'] },
      { ...ENFORCING, missing: 1 },
      { ...ENFORCING, modes: ['none'] },
      undefined,
    ]) {
      const { isAsConfigured, nodes } = await node('enforce', [[said, 100]]).ask()
      assert.equal(isAsConfigured, false)
      assert.deepEqual(
        nodes.map((one) => [one.name, one.isAsConfigured]),
        [
          ['n0', false],
          ['own', true],
        ],
      )
    }
  })

  test('of a node that is away count no more, but it is told as such', async () => {
    const told = await node('enforce', [[{ ...ENFORCING, modes: ['learn'] }, 60_000]]).ask()
    assert.equal(told.isAsConfigured, true)
    assert.deepEqual(told.nodes[0], {
      name: 'n0',
      isThis: false,
      isLive: false,
      modes: ['learn'],
      workers: 4,
      missing: 0,
      isAsConfigured: false,
    })
  })

  test('that differ on this node are an error as well', async () => {
    assert.equal((await node('learn', [[ENFORCING, 0]]).ask()).isAsConfigured, false)
  })

  test('are told to the others without waiting, and asked for anew soon where they are wrong', async () => {
    const { egress, clock } = node('learn', [])
    assert.equal(egress.said(), null)
    await clock.advance(0)
    assert.deepEqual(egress.said(), { modes: ['learn'], workers: 2, missing: 0 })
  })
})
