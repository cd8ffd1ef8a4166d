// Scopes and claim rules.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorize } from '../../../gateway/auth/authorize.ts'

const cases: readonly [
  string,
  object,
  { scopes?: string[]; claims?: Record<string, string[]> },
  string,
][] = [
  ['nothing asked', {}, {}, 'authorized'],
  ['scope as text', { scope: 'a b c' }, { scopes: ['a', 'c'] }, 'authorized'],
  ['scp as list', { scp: ['a', 'b'] }, { scopes: ['b'] }, 'authorized'],
  ['scp as text', { scp: 'a b' }, { scopes: ['b'] }, 'authorized'],
  ['one of two scopes', { scope: 'a' }, { scopes: ['a', 'b'] }, 'insufficient_scope'],
  ['no scope claim', {}, { scopes: ['a'] }, 'insufficient_scope'],
  [
    'scope that contains ours',
    { scope: 'orders:readwrite' },
    { scopes: ['orders:read'] },
    'insufficient_scope',
  ],
  ['scope in another case', { scope: 'A' }, { scopes: ['a'] }, 'insufficient_scope'],
  [
    'claim of one value',
    { tenant: 'acme' },
    { claims: { tenant: ['acme', 'other'] } },
    'authorized',
  ],
  ['claim of many values', { groups: ['x', 'y'] }, { claims: { groups: ['y'] } }, 'authorized'],
  [
    'claim of none of the values',
    { groups: ['x'] },
    { claims: { groups: ['y'] } },
    'claim_not_accepted',
  ],
  ['claim absent', {}, { claims: { tenant: ['acme'] } }, 'claim_not_accepted'],
  ['claim null', { tenant: null }, { claims: { tenant: ['null'] } }, 'claim_not_accepted'],
  [
    'claim that is an object',
    { tenant: { acme: 1 } },
    { claims: { tenant: ['[object Object]'] } },
    'claim_not_accepted',
  ],
  ['boolean', { email_verified: true }, { claims: { email_verified: ['true'] } }, 'authorized'],
  ['number', { level: 3 }, { claims: { level: ['3'] } }, 'authorized'],
  [
    'every claim counts',
    { a: '1', b: '2' },
    { claims: { a: ['1'], b: ['3'] } },
    'claim_not_accepted',
  ],
  [
    'dotted name',
    { realm: { role: 'admin' } },
    { claims: { 'realm.role': ['admin'] } },
    'authorized',
  ],
  [
    'the literal name first',
    { 'a.b': '1', a: { b: '2' } },
    { claims: { 'a.b': ['2'] } },
    'claim_not_accepted',
  ],
  [
    'a URL as name',
    { 'https://x.test/role': 'admin' },
    { claims: { 'https://x.test/role': ['admin'] } },
    'authorized',
  ],
  ['inherited members', {}, { claims: { 'toString.name': ['toString'] } }, 'claim_not_accepted'],
]
for (const [what, claims, asked, reason] of cases) {
  test(`${what}: ${reason}`, () => {
    const rules = Object.entries(asked.claims ?? {}).map(([claim, values]) => ({ claim, values }))
    const principal = { claims: claims as Record<string, unknown>, issuer: 'idp' }
    const decision = authorize(principal, { scopes: asked.scopes ?? [], claims: rules })
    assert.equal(decision.reason, reason)
    assert.equal(decision.verdict, reason === 'authorized' ? 'allow' : 'deny')
  })
}
