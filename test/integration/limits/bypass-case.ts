// One way around a limit that must not be one, or the reason why it is not closed.

import type { TestGateway } from '../../support/gateway.ts'
import type { TestIssuer } from '../../support/test-issuer.ts'

/** What a case may use. */
export interface Bench {
  readonly gateway: TestGateway
  /** Its configuration. */
  readonly config: string
  /** Port of the cleartext listener. */
  readonly port: number
  /** Port of the cleartext listener that believes one hop of X-Forwarded-For. */
  readonly hopPort: number
  readonly redisPort: number
  readonly issuer: TestIssuer
  /** Paths that reached the upstream so far. */
  readonly reached: () => readonly string[]
}

export type BypassCase = {
  /** Of the list, `Q001`… */
  readonly id: string
} & (
  | {
      /** Throws where the way around is open. */
      readonly check: (bench: Bench, path: string) => Promise<void>
      /** `limits:` and more of the case's route, without braces; default: it has none. */
      readonly route?: string
      /** Default `/<id>`, lower case. */
      readonly match?: string
    }
  /** Another test shows it. */
  | { readonly shownBy: string }
  /** Left open, or not there to be closed. */
  | { readonly exception: string }
)
