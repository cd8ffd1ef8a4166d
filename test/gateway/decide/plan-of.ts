// A compiled plan and request facts for tests of decisions, made as the gateway makes them.

import assert from 'node:assert/strict'
import { compilePlan } from '../../../gateway/config/compile.ts'
import type { Plan, RoutePlan } from '../../../gateway/config/plan.ts'
import { admit } from '../../../sidecar/forward/admit.ts'
import type { RequestFacts } from '../../../sidecar/forward/facts.ts'
import { ManualClock } from '../auth/manual-clock.ts'
import { loaded, loadText } from '../config/memory-disk.ts'

/** The plan of these `routes:` lines, with one listener `public` that trusts one hop, and issuer `idp`. */
export async function planOf(routes: string): Promise<Plan> {
  const text = `
listeners: [ { name: public, bind: "127.0.0.1:0", tls: off, trustedHops: 1 } ]
issuers: { idp: "https://idp.example/" }
services: { one: { endpoints: ["http://127.0.0.1:1"] }, two: { endpoints: ["http://127.0.0.1:2"] } }
routes:
${routes}
`
  const { config, materials } = loaded(await loadText(text))
  const plan = compilePlan(config, materials, 1, ({ severity, message }) => {
    assert.notEqual(severity, 'error', message)
  })
  assert.ok(plan)
  return plan
}

export async function routeOf(route: string): Promise<RoutePlan> {
  const plan = await planOf(`  - { name: r, match: /*, to: one, auth: public, ${route} }`)
  return plan.routes[0]!
}

export interface FactsOptions {
  readonly method?: string
  readonly target?: string
  readonly host?: string
  /** [name, value, …] besides Host. */
  readonly fields?: readonly string[]
  readonly secure?: boolean
}

export function factsOf({
  method = 'GET',
  target = '/',
  host = 'api.example.com',
  fields = [],
  secure = true,
}: FactsOptions = {}): RequestFacts {
  const result = admit(
    {
      method,
      target,
      version: '1.1',
      multiplexed: false,
      rawHeaders: ['Host', host, ...fields],
      authority: null,
      scheme: null,
    },
    { address: '192.0.2.1', port: 1, secure, serverName: null, clientCertificate: null },
    {
      trustedHops: 1,
      maxFieldBytes: 16_384,
      clock: new ManualClock(),
      newId: () => 'id-of-request',
    },
  )
  assert.equal(result.kind, 'admitted', JSON.stringify(result))
  return (result as { facts: RequestFacts }).facts
}
