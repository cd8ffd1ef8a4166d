// Control's own membership of the mesh: its certificate comes from the authority in the same process.

import { Renewal, type RenewalEvent } from '../../../sidecar/identity/renewal.ts'
import { spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import type { IdentitySource } from '../../../sidecar/identity/svid.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import type { Mesh } from './mesh.ts'

export interface ControlIdentity {
  readonly source: IdentitySource
  close(): void
}

export interface ControlIdentityOptions {
  readonly mesh: Mesh
  readonly clock: Clock
  /** [0, 1). */
  readonly random: () => number
  readonly log: Log
}

/** Resolves when there is a certificate; it renews itself and follows the trust of the mesh until it is closed. */
export async function openControlIdentity(
  options: ControlIdentityOptions,
): Promise<ControlIdentity> {
  const { mesh, clock, random, log } = options
  const renewal = new Renewal({
    id: spiffeIdOf(mesh.plan.trustDomain, 'system/control'),
    // In a promise of its own, so that what `systemGrant` throws is a failed attempt.
    request: async (csrPem) => mesh.systemGrant(csrPem, 'system/control'),
    clock,
    random,
    onEvent: (event) => tell(event, log),
  })
  renewal.start()
  await renewal.ready
  const stop = mesh.onChange(() => {
    const { trust, revocations } = mesh.trusting
    renewal.update(trust, revocations)
  })
  return {
    source: renewal,
    close: () => {
      stop()
      renewal.close()
    },
  }
}

function tell(event: RenewalEvent, log: Log): void {
  if (event.kind === 'renewed') return
  if (event.kind === 'expired') log.error('the certificate of the mesh door has expired')
  else {
    const { code, message, failures, leftMs } = event
    const fields = { code, error: message, failures, leftMs }
    log.error('the certificate of the mesh door could not be renewed', fields)
  }
}
