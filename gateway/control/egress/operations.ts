// The way out in the admin API: what was refused, what would be, and letting it through from now on.

import { Type } from 'typebox'
import { hostText, parseAuthority } from '../../allow/canonical-host.ts'
import { proposeRules } from '../../allow/learned.ts'
import type { EgressPlan } from '../../allow/plan.ts'
import { appendEntry } from '../../config/edit.ts'
import { suffixKind } from '../../config/public-suffix.ts'
import { decideEgress } from '../../decide/egress.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Operation } from '../admin/operation.ts'
import type { Configurations } from '../config/configurations.ts'
import type { EgressControl } from './egress-control.ts'

const CLOSED = { additionalProperties: false }
const DEFAULT_PORT = 443
const Host = Type.String({
  minLength: 1,
  maxLength: 300,
  description:
    '`api.example.com`, with `:PORT` where it is not 443; to allow also `*.example.com`.',
})
const Caller = Type.String({ minLength: 1, maxLength: 200 })
const Denial = Type.Object({
  caller: Type.String(),
  host: Type.String(),
  port: Type.Integer(),
  reason: Type.String(),
  rule: Type.String(),
  answer: Type.String(),
  passed: Type.Boolean(),
  count: Type.Integer(),
  firstMs: Type.Number(),
  lastMs: Type.Number(),
})

export interface EgressOperationDeps {
  readonly egress: EgressControl
  readonly configurations: Configurations
  readonly clock: Pick<Clock, 'wallMs'>
}

export function egressOperations(deps: EgressOperationDeps): readonly Operation[] {
  return [...reading(deps), allowing(deps)]
}

function reading({ egress, clock }: EgressOperationDeps): Operation[] {
  return [
    {
      id: 'listDenials',
      method: 'GET',
      path: '/api/v1/egress/denied',
      role: 'viewer',
      summary:
        'Calls that were refused on their way out: each caller and destination once, the latest first.',
      answer: Type.Object({ items: Type.Array(Denial), forgotten: Type.Integer() }),
      run: () => ({ items: egress.denials.list(), forgotten: egress.denials.forgotten }),
    },
    {
      id: 'checkEgress',
      method: 'POST',
      isReading: true,
      path: '/api/v1/egress::check',
      role: 'viewer',
      summary:
        'Says what would happen to a call, by the same function that decides; nothing is dialled.',
      body: Type.Object({ host: Host, from: Caller }, CLOSED),
      answer: Type.Object({
        verdict: Type.String(),
        reason: Type.String(),
        rule: Type.String(),
        mode: Type.String(),
        wouldDeny: Type.Boolean(),
      }),
      run({ body }) {
        const { host, from } = body as { host: string; from: string }
        const target = parseAuthority(host, DEFAULT_PORT)
        const known = target.kind === 'authority'
        const facts = { caller: from, form: 'connect', method: null, path: null } as const
        const { verdict, reason, rule, mode, wouldDeny } = decideEgress(
          {
            ...facts,
            host: known ? target.host : target,
            port: known ? target.port : DEFAULT_PORT,
          },
          planOf(egress),
          clock.wallMs(),
        )
        return { verdict, reason, rule, mode, wouldDeny }
      },
    },
    {
      id: 'proposeEgressRules',
      method: 'GET',
      path: '/api/v1/egress/proposals',
      role: 'viewer',
      summary:
        'The fewest rules that would allow what `mode: learn` has seen, each with its evidence.',
      answer: Type.Object({ items: Type.Array(Type.Unknown()), missed: Type.Integer() }),
      run() {
        const taken = new Set(planOf(egress).rules.map(({ name }) => name))
        const items = proposeRules(egress.observations.list(), { taken, suffixKind })
        return { items, missed: egress.observations.missed }
      },
    },
  ]
}

function allowing({ egress, configurations }: EgressOperationDeps): Operation {
  return {
    id: 'allowEgress',
    method: 'POST',
    path: '/api/v1/egress::allow',
    role: 'operator',
    summary:
      'Adds a rule that lets a caller reach a host, to the file too, and answers when it is in force.',
    body: Type.Object(
      {
        host: Host,
        from: Caller,
        owner: Type.String({ minLength: 1, maxLength: 100, description: 'Who answers for it.' }),
        expires: Type.Optional(
          Type.String({ description: 'A day like `2030-12-31`; default: never.' }),
        ),
      },
      CLOSED,
    ),
    answer: Type.Object({
      rule: Type.String(),
      revision: Type.Union([Type.Integer(), Type.Null()]),
    }),
    status: 201,
    async run({ body, principal, change }) {
      const { host, from, owner, expires } = body as Record<string, string>
      change({ target: `egress/${from}`, after: { host, owner, expires: expires ?? null } })
      const plan = planOf(egress)
      const rule = newName(plan, from!)
      const entry = {
        name: rule,
        from: [from],
        allow: [withPort(host!)],
        owner,
        ...(expires && { expires }),
      }
      const { text, checksum: expected } = configurations.served()
      const { revision } = await configurations.apply({
        text: edited(text, entry),
        author: principal.name,
        origin: principal.kind === 'local' ? 'cli' : 'api',
        message: `let ${from} reach ${host}`,
        confirmWithinMs: null,
        expected,
      })
      const asked = parseAuthority(host!, DEFAULT_PORT)
      if (asked.kind === 'authority')
        egress.denials.dismiss(from!, hostText(asked.host), asked.port)
      return { rule, revision }
    },
  }
}

function planOf({ plan }: EgressControl): EgressPlan {
  if (plan !== null) return plan
  throw new ApiError('not_available', 'there is no `egress:` in the configuration')
}

function edited(text: string, entry: object): string {
  try {
    return appendEntry(text, ['egress', 'rules'], entry)
  } catch (error) {
    throw new ApiError('rejected', errorMessage(error))
  }
}

/** The default of a rule is 443, and so it says. */
function withPort(host: string): string {
  return /:\d+$/.test(host) ? host : `${host}:${DEFAULT_PORT}`
}

function newName({ rules }: EgressPlan, from: string): string {
  const base = `allow-${from.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 40)}`
  const taken = new Set(rules.map(({ name }) => name))
  for (let number = 1; ; number++) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`
}
