// What goes wrong between a sidecar and control.

import { SallyportError } from '../runtime/errors.ts'

/** Control understood and said no; `code` is its word (`unknown_lease`, `token_expired`, …), `status` the HTTP status. */
export class ControlRefusal extends SallyportError {
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(code, message)
    this.name = 'ControlRefusal'
    this.status = status
  }
}

/**
 * Nothing came of it: `control_unreachable`, `control_not_trusted` (somebody else answered), `control_answer_invalid`,
 * `no_identity` (join first), `no_lease` (register first), `bad_join_token`.
 */
export type ControlFailureCode =
  | 'control_unreachable'
  | 'control_not_trusted'
  | 'control_answer_invalid'
  | 'no_identity'
  | 'no_lease'
  | 'bad_join_token'

export function controlFailure(
  code: ControlFailureCode,
  message: string,
  cause?: unknown,
): SallyportError {
  return new SallyportError(code, message, { cause })
}
