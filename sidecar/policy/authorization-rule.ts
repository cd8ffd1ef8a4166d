// One rule about who may call a service; without any rule that allows it, a call is refused.

export interface AuthorizationRule {
  /** Names the rule in answers, records and the console; unique in a snapshot. */
  readonly name: string
  readonly verdict: 'allow' | 'deny'
  /** SPIFFE ids of callers, exact; `null`: any caller of the trust domain. */
  readonly from: readonly string[] | null
  /** Upper case; null: every method. */
  readonly methods: readonly string[] | null
  /** Normalised paths: exact, or a prefix that ends in `/*`; null: every path. */
  readonly paths: readonly string[] | null
}
