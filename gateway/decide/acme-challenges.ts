// What control tells every worker while an authority asks whether a host is ours. Plain data: it crosses a pipe.

/** RFC 8737 section 3: the protocol by which a TLS client says that it is such an authority. */
export const ACME_PROTOCOL = 'acme-tls/1'

/** The answer for one host: a certificate that proves nothing to anybody else, and is thrown away. */
export interface AcmeChallenge {
  /** Lower-case host name. */
  readonly name: string
  readonly certPem: string
  readonly keyPem: string
}

/** All there are, in the place of those before. */
export interface AcmeNews {
  readonly kind: 'acme-challenges'
  readonly challenges: readonly AcmeChallenge[]
}
