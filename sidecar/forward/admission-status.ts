// The one table from what makes a request unreadable (admit.ts, or the parser before it) to the status of its answer.

const STATUS: Readonly<Record<string, number>> = {
  method_refused: 405,
  method_unknown: 501,
  transfer_encoding_unknown: 501,
  version_not_supported: 505,
  expectation_unknown: 417,
  too_many_fields: 431,
  head_too_large: 431,
  websocket_version: 426,
  request_timeout: 408,
}

/** Every reason whose status is not 400. */
export function admissionStatuses(): Readonly<Record<string, number>> {
  return STATUS
}
