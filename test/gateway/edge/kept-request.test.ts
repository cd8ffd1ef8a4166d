import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import type { Plan } from '../../../gateway/config/plan.ts'
import { MASK } from '../../../gateway/decide/explain-record.ts'
import { keptRequest } from '../../../gateway/edge/kept-request.ts'
import { goodClaims, rsaKey, signToken } from '../auth/fixture.ts'
import { ManualClock } from '../auth/manual-clock.ts'
import { planOf } from '../decide/plan-of.ts'
import { finishedRequest } from './finished-request.ts'

const SECRET = 'c2VjcmV0'

suite('what is kept of a request', () => {
  let plan: Plan

  before(async () => {
    plan = await planOf(`
  - { name: open, match: /open/*, to: one, auth: public }
  - { name: api, match: /api/*, to: one, auth: { issuer: idp, audience: web, token: [header, "query:t"] } }
`)
  })

  test('is nothing secret, and it says what was left out', () => {
    const fields = [
      ['Authorization', `Bearer ${SECRET}`],
      ['Cookie', `s=${SECRET}`],
      ['X-Api-Key', SECRET],
      ['X-Session-Id', SECRET],
      ['X-Tenant', 'acme'],
      ['X-Long', 'y'.repeat(300)],
    ].flat()
    const target = `/open/x?api_key=${SECRET}&a%63cess_token=${SECRET}&page=2&code=${SECRET}`
    const { request } = keptRequest(finishedRequest(plan, { target, fields }), 1, 2, true)
    assert.doesNotMatch(JSON.stringify(request), new RegExp(SECRET))
    const { facts } = request
    assert.ok(facts.headers.join(' ').includes('x-tenant acme'))
    assert.ok(facts.headers.includes(MASK))
    assert.match(facts.query, /page=2/)
    for (const name of [
      'header:x-api-key',
      'header:cookie',
      'header:x-long',
      'query:access_token',
    ]) {
      assert.ok(facts.masked.includes(name), name)
    }
  })

  test('has no value of what the configuration names, however that is written', () => {
    const masking = { ...plan, secretNames: new Set(['x-patient', 'card']) }
    const fields = ['X-Patient', 'Sato', 'X-Tenant', 'acme']
    const finished = finishedRequest(masking, { target: '/open/x?CARD=42&page=2', fields })
    const { facts } = keptRequest(finished, 1, 2, true).request
    assert.equal(facts.query, `CARD=${MASK}&page=2`)
    assert.match(facts.headers.join(' '), /x-patient •••/)
    assert.doesNotMatch(JSON.stringify(facts), /Sato|42/)
    assert.deepEqual(facts.masked.toSorted(), ['header:x-patient', 'query:CARD'])
  })

  test('a query parameter that carries the token is masked whatever its name', () => {
    const { request } = keptRequest(
      finishedRequest(plan, { target: `/api/x?t=${SECRET}` }),
      1,
      2,
      true,
    )
    assert.equal(request.facts.query, `t=${MASK}`)
  })

  test('claims and the signature’s verdict stay, the token does not', () => {
    const clock = new ManualClock()
    const claims = { ...goodClaims(clock), iss: 'https://idp.example/', aud: 'mobile' }
    const token = signToken(rsaKey, claims)
    const fields = ['Authorization', `Bearer ${token}`]
    const refusal = { status: 401, reason: 'audience_mismatch', service: null }
    const state = finishedRequest(plan, { target: '/api/x', fields }, refusal)
    const { request, bytes } = keptRequest(state, 1, 2, true)
    assert.doesNotMatch(JSON.stringify(request), new RegExp(token.split('.')[2]!))
    assert.equal(request.token.kind, 'read')
    if (request.token.kind !== 'read') return
    assert.deepEqual([request.token.claims['aud'], request.token.keyId], ['mobile', 'rsa-1'])
    assert.deepEqual(request.token.signature, { kind: 'good', revoked: false })
    assert.equal(request.outcome.forwarded, false)
    assert.ok(bytes > token.length)
    const unread = keptRequest(state, 1, 2, false)
    assert.deepEqual(unread.request.token, { kind: 'not_kept' })
  })

  test('the verdict about a signature follows from why the request was refused', () => {
    const token = signToken(rsaKey, { iss: 'https://idp.example/' })
    const fields = ['Authorization', `Bearer ${token}`]
    const signature = (reason: string) => {
      const state = finishedRequest(plan, { target: '/api/x', fields }, { status: 401, reason })
      const { token: kept } = keptRequest(state, 1, 2, true).request
      return kept.kind === 'read' ? kept.signature : kept
    }
    assert.deepEqual(signature('signature_invalid'), { kind: 'bad', reason: 'signature_invalid' })
    assert.deepEqual(signature('keys_unavailable'), { kind: 'bad', reason: 'keys_unavailable' })
    assert.deepEqual(signature('token_expired'), { kind: 'unchecked' })
    assert.deepEqual(signature('token_revoked'), { kind: 'good', revoked: true })
    assert.deepEqual(signature('rate_limited'), { kind: 'unchecked' })
  })
})
