// Address rules of a route: deny beats allow, an empty allow list lets everybody in.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileIp } from '../../../gateway/route/compile.ts'
import { decideIp } from '../../../gateway/route/ip.ts'
import type { IpOptions } from '../../../gateway/route/options.ts'

const BOTH: IpOptions = { allow: ['10.0.0.0/8', '2001:db8::/32'], deny: ['10.9.0.0/16'] }

const CASES: readonly (readonly [address: string, options: IpOptions, reason: string])[] = [
  ['1.2.3.4', {}, 'ip_allowed'],
  ['1.2.3.4', { deny: ['1.2.3.0/24'] }, 'ip_denied'],
  ['1.2.4.4', { deny: ['1.2.3.0/24'] }, 'ip_allowed'],
  ['10.1.2.3', BOTH, 'ip_allowed'],
  ['10.9.2.3', BOTH, 'ip_denied'],
  ['11.1.2.3', BOTH, 'ip_not_allowed'],
  ['2001:db8::5', BOTH, 'ip_allowed'],
  ['2001:db9::5', BOTH, 'ip_not_allowed'],
  ['', { deny: ['1.2.3.4'] }, 'ip_not_allowed'],
  ['', BOTH, 'ip_not_allowed'],
]

for (const [address, options, reason] of CASES) {
  test(`${address || 'no address'} under ${JSON.stringify(options)} is ${reason}`, () => {
    const policy = compileIp(options, [], (problem) => assert.fail(problem.message))
    assert.ok(policy)
    const decision = decideIp(address, policy)
    assert.equal(decision.reason, reason)
    assert.equal(decision.verdict, reason === 'ip_allowed' ? 'allow' : 'deny')
  })
}
