// What proves who a process of the mesh is, and what it trusts others by. Plain values: they cross pipes and the network.

/** One X.509-SVID with its key (SPIFFE X509-SVID). The key never leaves the process that made it. */
export interface Svid {
  /** `spiffe://<trust domain>/ns/<namespace>/svc/<service>`. */
  readonly id: string
  /** Leaf first, then intermediates; PEM. */
  readonly certPem: string
  /** PKCS#8, PEM. */
  readonly keyPem: string
  /** Of the leaf: lower-case hex without leading zeros. */
  readonly serial: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** Whom to believe. */
export interface TrustBundle {
  /** Lower case, of the configuration and never of a certificate. */
  readonly trustDomain: string
  /** Trust anchors, PEM, one certificate each; never empty. */
  readonly rootPems: readonly string[]
}

/** Who is believed no longer, although the certificate has not expired. */
export interface Revocations {
  /** Lower-case hex serial numbers. */
  readonly serials: readonly string[]
  /** SPIFFE ids. */
  readonly ids: readonly string[]
}

/**
 * The identity a process has now. Every handshake asks it anew, so that a rotation needs no restart; `onChange` tells of
 * a new certificate, trust bundle or revocation, so that connections made under the old ones can be retired.
 */
export interface IdentitySource {
  readonly svid: Svid
  readonly trust: TrustBundle
  readonly revocations: Revocations
  /** Returns what ends the subscription. */
  onChange(listener: () => void): () => void
}
