// What the certificate authority tells the audit trail: every issue, every refusal, every change by an operator.

export interface CaAuditEvent {
  readonly kind:
    | 'certificate_issue'
    | 'join_by_token'
    | 'join_by_jwt'
    | 'join_token_create'
    | 'join_token_remove'
    | 'revocation_add'
    | 'revocation_remove'
    | 'authority_rotate'
    | 'state_lost'
  /** Wall clock. */
  readonly atMs: number
  /** An operator, an address or a SPIFFE id: whoever asked for it. */
  readonly actor: string
  /** Service name; null where it is not about one, or none is known. */
  readonly service: string | null
  readonly result: 'ok' | 'refused'
  /** Stable word; null where the result is ok. */
  readonly reason: string | null
  /** true: somebody should look at it now. */
  readonly alarm: boolean
  /** Ids, serial numbers, times; never a secret. */
  readonly detail: Readonly<Record<string, string | number>>
}

export type Audit = (event: CaAuditEvent) => void
