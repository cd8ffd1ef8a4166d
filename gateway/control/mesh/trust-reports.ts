// Which roots each member is known to believe: those it was granted its certificate with, or those of a snapshot it holds.

import type { TrustBundle } from '../../../sidecar/identity/svid.ts'

/** Certificates that are remembered; beyond it the one heard of longest ago is forgotten, and counts as not knowing. */
const MAX_REPORTS = 40_000

export class TrustReports {
  /** By serial number of the member's certificate, the one heard of longest ago first. */
  readonly #bySerial = new Map<string, TrustBundle>()

  /** The holder of this certificate believes these roots. */
  note(serial: string, trust: TrustBundle): void {
    this.#bySerial.delete(serial)
    this.#bySerial.set(serial, trust)
    if (this.#bySerial.size > MAX_REPORTS) {
      this.#bySerial.delete(this.#bySerial.keys().next().value!)
    }
  }

  /** false also where nothing is known of it. */
  believes(serial: string, rootPems: readonly string[]): boolean {
    const trust = this.#bySerial.get(serial)
    return trust !== undefined && rootPems.every((pem) => trust.rootPems.includes(pem))
  }
}
