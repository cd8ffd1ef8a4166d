// The index finds what reading every rule in turn would find.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  canonicalHost,
  hostText,
  type CanonicalHost,
} from '../../../gateway/allow/canonical-host.ts'
import type { EgressRuleOptions } from '../../../gateway/allow/options.ts'
import type { EgressPlan, EgressTarget } from '../../../gateway/allow/plan.ts'
import { inRanges } from '../../../sidecar/forward/address.ts'
import { compiled } from './plan-of.ts'

const CALLERS = ['a', 'b', 'team/c', 'anonymous']
const LABELS = ['x', 'y', 'zz', 'example']
const ROUNDS = 60

function isAbout({ host }: EgressTarget, asked: CanonicalHost): boolean {
  const text = hostText(asked)
  switch (host.kind) {
    case 'exact':
      return asked.kind === 'name' && host.name === text
    case 'wildcard':
      return asked.kind === 'name' && text.endsWith(host.suffix) && text !== host.suffix.slice(1)
    case 'range':
      return asked.kind === 'address' && inRanges(asked.address, [host.range])
  }
}

function reference(plan: EgressPlan, caller: string, host: CanonicalHost, side: 'allow' | 'deny') {
  return plan.rules
    .filter((rule) => rule.from === null || rule.from.includes(caller))
    .flatMap((rule) => rule[side].filter((target) => isAbout(target, host)))
}

test('for random rules, callers and hosts', () => {
  let state = 12345
  const next = (bound: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
  const name = (): string =>
    Array.from({ length: 2 + next(3) }, () => LABELS[next(LABELS.length)]).join('.')
  const entry = (): string => {
    const kind = next(4)
    if (kind === 0) return `cidr:8.${next(3)}.0.0/16`
    return kind === 1 ? name() : `*.${name()}`
  }
  const rule = (index: number): EgressRuleOptions => ({
    name: `r${index}`,
    from: next(4) === 0 ? ['*'] : [...new Set([CALLERS[next(4)]!, CALLERS[next(4)]!])],
    allow: [...new Set(Array.from({ length: 1 + next(4) }, entry))],
    deny: [...new Set(Array.from({ length: 1 + next(2) }, entry))],
  })
  let compared = 0
  for (let round = 0; round < ROUNDS; round++) {
    const { plan } = compiled({ rules: Array.from({ length: 5 }, (_, index) => rule(index)) })
    // Rules of a round may say the same, which is refused.
    if (plan === null) continue
    for (let ask = 0; ask < 50; ask++) {
      const text = next(5) === 0 ? `8.${next(4)}.0.1` : name()
      const host = canonicalHost(text) as CanonicalHost
      const caller = CALLERS[next(4)]!
      const found = plan.index.find(caller, host)
      for (const side of ['allow', 'deny'] as const) {
        const targets = found[side].map(({ target }) => target)
        const expected = reference(plan, caller, host, side)
        assert.deepEqual(new Set(targets), new Set(expected), `${caller} ${text}`)
        assert.equal(targets.length, expected.length)
        compared += expected.length
      }
    }
  }
  assert.ok(compared > 200, `only ${compared} entries compared`)
})
