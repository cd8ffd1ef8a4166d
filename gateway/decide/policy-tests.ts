// Policy tests: cases kept in the configuration that a new one must still decide as they say.

import type { RunTests } from '../config/load.ts'
import type { Plan } from '../config/plan.ts'
import type { ConfigPath, Problem } from '../../sidecar/runtime/problem.ts'
import { explainEdge, policyFor } from './explain-edge.ts'
import { explainEgress } from './explain-egress.ts'
import { explainMesh } from './explain-mesh.ts'
import { readDescribed } from './explain-request.ts'
import type { TokenEvidence } from './explain-token.ts'
import type { Explanation } from './explain.ts'

/** What a test says of a token: it is taken for one that its issuer signed. */
export interface TestToken {
  /** Name of an issuer of the configuration. */
  readonly issuer: string
  /** Besides `iss`, `iat` (now) and `exp` (five minutes from now), and in their place. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly type?: string
  /** Default: the first that the issuer accepts. */
  readonly algorithm?: string
}

export interface PolicyTest {
  readonly name: string
  /** One of these three. */
  readonly request?: {
    readonly url: string
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly from?: string
    readonly listener?: string
    readonly http2?: boolean
    readonly token?: TestToken
  }
  readonly egress?: {
    readonly from: string
    readonly to: string
    readonly method?: string
    readonly path?: string
  }
  readonly mesh?: {
    readonly from: string
    readonly to: string
    readonly method?: string
    readonly path?: string
  }
  readonly expect: {
    readonly verdict?: 'allow' | 'deny'
    readonly status?: number
    readonly reason?: string
    readonly route?: string
    readonly rule?: string
  }
}

const FIX = 'change what the configuration says, or what the test expects'

/** As the loading of a configuration runs them. */
export function policyTests(severity: Problem['severity']): RunTests {
  return (tests, plan, nowMs) => runPolicyTests(tests, plan, nowMs, severity)
}

/**
 * A problem for each expectation that is not met; `nowMs`: wall clock. Pure. `severity` is `error` for a change, which
 * it blocks; at a start it is `warning`: a rule that expired meanwhile must not keep a node from serving.
 */
export function runPolicyTests(
  tests: readonly PolicyTest[],
  plan: Plan,
  nowMs: number,
  severity: Problem['severity'],
): readonly Problem[] {
  return tests.flatMap((test, index): Problem[] => {
    const path: ConfigPath = ['tests', index]
    const failure = (at: ConfigPath, detail: string): Problem => {
      const message = `policy test \`${test.name}\` fails: ${detail}`
      return { severity, path: at, message, fix: FIX }
    }
    const got = answerOf(test, plan, nowMs)
    if (typeof got === 'string') return [failure(path, got)]
    return Object.entries(test.expect).flatMap(([key, wanted]): Problem[] => {
      const found = got[key as keyof Got]
      if (found === wanted) return []
      const why = got.why === '' ? '' : ` (${got.why})`
      return [failure([...path, 'expect', key], `${key} is ${String(found)}, not ${wanted}${why}`)]
    })
  })
}

type Got = Readonly<Record<'verdict' | 'reason' | 'rule' | 'why', string>> & {
  /** `forwarded` where the upstream answers. */
  readonly status: number | 'forwarded'
  readonly route: string
}

/** What a test gets, or why it cannot be run. */
function answerOf(test: PolicyTest, plan: Plan, nowMs: number): Got | string {
  if (test.request !== undefined) return ofRequest(test.request, plan, nowMs)
  if (test.egress !== undefined) {
    if (plan.egress === null) return 'there is no `egress:`'
    const { from: caller, to: target, ...rest } = test.egress
    return gotOf(explainEgress({ caller, target, ...rest }, plan.egress, nowMs))
  }
  if (test.mesh === undefined) return 'it says neither `request:` nor `egress:` nor `mesh:`'
  if (plan.mesh === null) return 'there is no `mesh:`'
  const { method = 'GET', path = '/', ...call } = test.mesh
  return gotOf(explainMesh({ ...call, method, path }, plan.mesh))
}

function ofRequest(
  { headers = {}, from, token, ...rest }: NonNullable<PolicyTest['request']>,
  plan: Plan,
  nowMs: number,
): Got | string {
  const clock = { wallMs: () => nowMs, monotonicMs: () => 0, after: () => () => {} }
  const client = from === undefined ? {} : { clientIp: from }
  const described = { ...rest, ...client, headers: Object.entries(headers) }
  const read = readDescribed(described, plan, clock)
  if (read.kind === 'invalid') return read.message
  if (read.kind === 'refused') {
    const { status, reason } = read
    return { verdict: 'deny', status, reason, rule: '', route: '(none)', why: '' }
  }
  const { facts, listener } = read
  const evidence = evidenceOf(token, plan, nowMs)
  if (typeof evidence === 'string') return evidence
  // A token in a header field cannot be one of the test's own making, whose signature nobody checks.
  if (token === undefined && facts.authorization !== null && policyFor(facts, listener, plan)) {
    return 'say `token: { issuer, claims }` instead of an Authorization field'
  }
  const question = { facts, listener, evidence, limited: null, nowMs, withLost: false }
  return gotOf(explainEdge(question, plan))
}

function evidenceOf(
  token: TestToken | undefined,
  plan: Plan,
  nowMs: number,
): TokenEvidence | string {
  if (token === undefined) return { kind: 'none' }
  const issuer = plan.issuers.find(({ name }) => name === token.issuer)
  if (issuer === undefined) return `there is no issuer named \`${token.issuer}\``
  const iat = Math.floor(nowMs / 1000)
  const claims = { iss: issuer.issuer, iat, exp: iat + 300, ...token.claims }
  const algorithm = token.algorithm ?? issuer.algorithms[0] ?? ''
  const header = { algorithm, keyId: null, type: token.type ?? issuer.type }
  const signature = { kind: 'good', revoked: false } as const
  return { kind: 'read', header, claims, withheld: new Set(), signature }
}

function gotOf({ verdict, status, reason, rule, route, steps }: Explanation): Got {
  const why = steps.findLast((step) => step.verdict === 'fail')?.detail ?? ''
  return { verdict, status: status ?? 'forwarded', reason, rule, route: route ?? '(none)', why }
}
