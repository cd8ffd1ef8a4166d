// The first contact with control: who is there is known by what the join token pins, or by a given trust bundle.

import type { PeerCertificate } from 'node:tls'
import { bundleHash } from '../identity/bundle-hash.ts'
import { spiffeIdOf } from '../identity/spiffe-id.ts'
import type { Revocations, TrustBundle } from '../identity/svid.ts'
import type { Clock } from '../runtime/clock.ts'
import { ControlAgent } from './control-agent.ts'
import { callControl } from './control-call.ts'
import { controlFailure } from './control-error.ts'
import type { Grant, JoinCredential, JoinRequest } from './grant.ts'
import { problemOfTrust, readShape } from './read-snapshot.ts'
import { GrantShape, TrustShape } from './schema.ts'

export interface JoinOptions {
  readonly host: string
  readonly port: number
  readonly clock: Clock
  /** Whom to believe; null: what the join token pins. */
  readonly trust: TrustBundle | null
}

/** `sp1.<id>.<secret>.<hash of the trust bundle>`. */
const TOKEN = /^sp1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.([A-Za-z0-9_-]{43})$/
const NOBODY: Revocations = { serials: [], ids: [] }

/** Safe to repeat with the same key where the answer was lost. Rejects as `callControl` does. */
export async function joinControl(options: JoinOptions, request: JoinRequest): Promise<Grant> {
  const { host, port, clock } = options
  const trust = await trustFor(options, request.credential)
  const agent = new ControlAgent({
    host,
    port,
    clock,
    trusting: { trust, revocations: NOBODY },
    tls: () => ({
      ca: [...trust.rootPems],
      minVersion: 'TLSv1.3',
      rejectUnauthorized: true,
      // Control is known by its SPIFFE id, which the agent checks, and not by a host name.
      checkServerIdentity: (_host: string, _certificate: PeerCertificate) => undefined,
      ALPNProtocols: ['http/1.1'],
    }),
  })
  const { credential, csrPem, service } = request
  const proof = credential.kind === 'token' ? { token: credential.token } : { jwt: credential.jwt }
  try {
    const body = { ...proof, csrPem, service }
    const answer = await callControl({ method: 'POST', path: '/v1/join', body, agent }, clock)
    return readGrant(answer, trust.trustDomain, service)
  } finally {
    agent.retire()
  }
}

/** A grant of control; rejected where it is for another trust domain or service. Throws `control_answer_invalid`. */
export function readGrant(answer: unknown, trustDomain: string, service: string): Grant {
  const shaped = readShape(GrantShape, answer)
  if ('problem' in shaped) throw controlFailure('control_answer_invalid', shaped.problem)
  const grant: Grant = shaped.value
  const isOurs = grant.id === spiffeIdOf(trustDomain, service)
  const problem = problemOfTrust(grant.trust)
  if (problem !== null) throw controlFailure('control_answer_invalid', problem)
  if (grant.trust.trustDomain === trustDomain && isOurs) return grant
  throw controlFailure('control_answer_invalid', `control granted ${grant.id}, which is not us`)
}

/**
 * The trust bundle that control will be verified by. Where the token pins it, it is fetched from whoever answers: it is
 * public, nothing secret is sent for it, and it counts only where its hash is the pinned one. Its trust domain is proved
 * when control then shows a certificate of it.
 */
export async function trustFor(
  { host, port, clock, trust: given }: JoinOptions,
  credential: JoinCredential,
): Promise<TrustBundle> {
  if (given !== null) return given
  if (credential.kind === 'jwt') {
    throw controlFailure('control_not_trusted', 'joining with a JWT needs the CA of control')
  }
  const pin = TOKEN.exec(credential.token)?.[1]
  if (pin === undefined) throw controlFailure('bad_join_token', 'this is no join token')
  const unverified = { agent: false, minVersion: 'TLSv1.3', rejectUnauthorized: false } as const
  const call = { method: 'GET', path: '/v1/trust', body: null, host, port, ...unverified } as const
  const shaped = readShape(TrustShape, await callControl(call, clock))
  if ('problem' in shaped) throw controlFailure('control_answer_invalid', shaped.problem)
  const trust: TrustBundle = shaped.value
  const problem = problemOfTrust(trust)
  if (problem !== null) throw controlFailure('control_answer_invalid', problem)
  if (bundleHash(trust.rootPems) === pin) return trust
  throw controlFailure('control_not_trusted', 'who answers is not the control of this join token')
}
