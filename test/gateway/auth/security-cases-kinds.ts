// The kinds of outcome a security case can have, and how each is proven.

import assert from 'node:assert/strict'
import { authenticate } from '../../../gateway/auth/authenticate.ts'
import { authPolicy, bearer, createGateway, rsaKey, signToken, type Gateway } from './fixture.ts'

export interface SecurityCase {
  readonly what: string
  readonly run: () => Promise<void>
  /** Why another part of the gateway answers for this case. */
  readonly elsewhere?: string
}

const INVALID = 'Bearer error="invalid_token"'

export type MakeToken = (gateway: Gateway) => string

/** The token is answered 401, the client is told no more than the challenge, and only the issuer's own keys are asked for. */
export function rejects(
  what: string,
  reason: string,
  make: MakeToken,
  policy = authPolicy(),
): SecurityCase {
  return {
    what,
    async run() {
      const gateway = createGateway()
      const decision = await gateway.decide(make(gateway), policy)
      assert.equal(decision.reason, reason)
      assert.ok(decision.verdict === 'deny')
      assert.deepEqual([decision.status, decision.challenge], [401, INVALID])
      assert.ok(gateway.asked.every(({ sourceId }) => sourceId.startsWith('idp.')))
      assert.ok(reason === 'unknown_key' || gateway.asked.length === 0)
    },
  }
}

export function accepts(
  what: string,
  make: MakeToken,
  policy = authPolicy(),
  limitMs = Infinity,
): SecurityCase {
  return {
    what,
    async run() {
      const gateway = createGateway()
      const decision = await gateway.decide(make(gateway), policy)
      assert.equal(decision.verdict, 'allow', decision.reason)
      assert.ok((await bestTimeMs(make)) < limitMs)
    },
  }
}

/** Refused without cryptography, and fast whatever the token is made of. */
export function rejectsFast(
  what: string,
  reason: string,
  make: MakeToken,
  limitMs: number,
): SecurityCase {
  return {
    what,
    async run() {
      const gateway = createGateway()
      assert.equal((await gateway.decide(make(gateway))).reason, reason)
      assert.ok((await bestTimeMs(make)) < limitMs)
    },
  }
}

/** The best of some: what the work costs, whatever else the machine does. */
async function bestTimeMs(make: MakeToken): Promise<number> {
  let bestMs = Infinity
  for (let round = 0; round < 5; round += 1) {
    const gateway = createGateway()
    const token = make(gateway)
    const startMs = performance.now()
    await gateway.decide(token)
    bestMs = Math.min(bestMs, performance.now() - startMs)
  }
  return bestMs
}

export function elsewhere(what: string, why: string): SecurityCase {
  return { what, elsewhere: why, run: async () => {} }
}

export function presentedAs(what: string, scheme: string, reason: string): SecurityCase {
  return {
    what,
    async run() {
      const gateway = createGateway()
      const token = signToken(rsaKey, gateway.claims())
      await gateway.decide(token)
      const presented = { ...bearer(token), authorization: scheme + token }
      const decision = await authenticate(presented, authPolicy(), gateway.context)
      assert.equal(decision.reason, reason)
    },
  }
}

/** The token stands where this route does not look: the request has none. */
export function ignores(
  what: string,
  place: (token: string) => { query: string } | { cookie: string },
): SecurityCase {
  return {
    what,
    async run() {
      const gateway = createGateway()
      const token = signToken(rsaKey, gateway.claims())
      const presented = {
        authorization: null,
        authorizationCount: 0,
        cookie: null,
        query: '',
        ...place(token),
      }
      const decision = await authenticate(presented, authPolicy(), gateway.context)
      assert.ok(decision.verdict === 'deny')
      assert.deepEqual([decision.reason, decision.challenge], ['token_missing', 'Bearer'])
    },
  }
}
