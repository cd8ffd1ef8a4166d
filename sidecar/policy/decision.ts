// What every policy step answers: the verdict, why, and which rule said so.

/**
 * The answer of one policy step: a pure function of request facts, plan and time.
 * `reason` is the stable word that is at once the log field, the metric label, the problem code and the test's
 * expectation. `rule` names the configured thing that decided (a route, a limit, a rule), or '' where none did.
 * `data` holds what the step found out (bounded, no secrets), for `explain`.
 */
export interface Decision {
  readonly verdict: 'allow' | 'deny'
  readonly reason: string
  readonly rule: string
  readonly data?: Readonly<Record<string, unknown>>
}

export function allow(
  reason: string,
  rule = '',
  data?: Readonly<Record<string, unknown>>,
): Decision {
  return data === undefined
    ? { verdict: 'allow', reason, rule }
    : { verdict: 'allow', reason, rule, data }
}

export function deny(
  reason: string,
  rule = '',
  data?: Readonly<Record<string, unknown>>,
): Decision {
  return data === undefined
    ? { verdict: 'deny', reason, rule }
    : { verdict: 'deny', reason, rule, data }
}
