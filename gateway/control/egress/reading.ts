// The way out in the admin API, as far as it is read: what was refused, what would be, what was learned, in which mode.

import { Type } from 'typebox'
import { parseAuthority } from '../../allow/canonical-host.ts'
import { proposeRules } from '../../allow/learned.ts'
import type { EgressPlan } from '../../allow/plan.ts'
import { suffixKind } from '../../config/public-suffix.ts'
import { decideEgress } from '../../decide/egress.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Operation } from '../admin/operation.ts'
import type { EgressControl } from './egress-control.ts'
import { fleetModes, type FleetModesDeps } from './fleet-modes.ts'
import type { Ignored } from './ignored.ts'
import { deniedCalls } from './inbox.ts'
import { DEFAULT_PORT } from './opening.ts'
import type { Sightings } from './sightings.ts'

const CLOSED = { additionalProperties: false }
export const Host = Type.String({
  minLength: 1,
  maxLength: 300,
  description:
    '`api.example.com`, with `:PORT` where it is not 443; to allow also `*.example.com`.',
})
export const Caller = Type.String({ minLength: 1, maxLength: 200 })
/** A row of the inbox. */
export const CallFields = {
  from: Caller,
  host: Type.String({ minLength: 1, maxLength: 300 }),
  port: Type.Integer({ minimum: 0, maximum: 65_535 }),
}
const Mode = Type.Enum(['enforce', 'report', 'learn'])
const ModeOrNone = Type.Union([Mode, Type.Null()])
const OrNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

const State = Type.Union([
  Type.Object({ kind: Type.Literal('refused') }),
  Type.Object({
    kind: Type.Literal('allowed'),
    rule: Type.String(),
    untilMs: OrNull(Type.Number()),
  }),
  Type.Object({
    kind: Type.Literal('expired'),
    rule: Type.String(),
    sinceMs: Type.Number(),
  }),
  Type.Object({
    kind: Type.Literal('ignored'),
    note: Type.String(),
    by: Type.String(),
    atMs: Type.Number(),
  }),
])
const Denied = Type.Object({
  caller: Type.String(),
  host: Type.String(),
  port: Type.Integer(),
  reason: Type.String(),
  rule: Type.String(),
  answer: Type.String(),
  addresses: Type.Array(Type.String(), { description: 'What DNS said; public ones only.' }),
  serverName: OrNull(Type.String({ description: 'Whom the TLS hello asked for.' })),
  passed: Type.Boolean(),
  count: Type.Integer(),
  firstMs: Type.Number(),
  lastMs: Type.Number(),
  state: State,
  suspicion: OrNull(Type.Enum(['metadata', 'inside', 'rebinding', 'address_literal'])),
  wider: OrNull(
    Type.Object({
      pattern: Type.String(),
      sharedBy: OrNull(Type.Enum(['registry', 'hosting'])),
    }),
  ),
})

const Modes = Type.Object({
  configured: Mode,
  inForce: Type.Enum(['enforce', 'report', 'learn'], {
    description: 'What all should do now: once learning is over, `enforce`.',
  }),
  learnUntilMs: OrNull(Type.Number({ description: 'When learning ends, or ended.' })),
  workers: Type.Array(Type.Object({ worker: Type.Integer(), mode: ModeOrNone })),
  missing: Type.Integer({ description: 'Workers that did not answer in time.' }),
  nodes: Type.Array(
    Type.Object({
      name: Type.String(),
      isThis: Type.Boolean({ description: 'The node that answers.' }),
      isLive: Type.Boolean({ description: 'False: it was not heard of lately.' }),
      modes: Type.Array(Type.String(), { description: 'Of its workers, each once.' }),
      workers: Type.Integer(),
      missing: Type.Integer(),
      isAsConfigured: Type.Boolean(),
    }),
  ),
  storeFault: Type.String({ description: 'Why the other nodes are not known; or empty.' }),
  isAsConfigured: Type.Boolean({ description: 'Every live node does as it should.' }),
  otherwise: Type.Array(Type.Object({ rule: Type.String(), mode: Mode }), {
    description: 'Rules with a mode of their own for their callers.',
  }),
})

export interface ReadingDeps extends FleetModesDeps {
  readonly ignored: Ignored
  readonly sightings: Sightings
}

export function readingEgress(deps: ReadingDeps): Operation[] {
  const { egress, ignored, sightings, clock } = deps
  return [
    {
      id: 'listDenials',
      method: 'GET',
      path: '/api/v1/egress/denied',
      role: 'viewer',
      summary:
        'Calls that were refused on their way out: each caller and destination once, the latest first.',
      answer: Type.Object({ items: Type.Array(Denied), forgotten: Type.Integer() }),
      async run() {
        const notes = await ignored.all()
        const nowMs = clock.wallMs()
        const { denials } = await sightings.all()
        const items = deniedCalls(denials.list(), egress.plan, notes, nowMs)
        return { items, forgotten: egress.denials.forgotten + denials.forgotten }
      },
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
      async run() {
        const taken = new Set(planOf(egress).rules.map(({ name }) => name))
        const { observations } = await sightings.all()
        const items = proposeRules(observations.list(), { taken, suffixKind })
        return { items, missed: egress.observations.missed + observations.missed }
      },
    },
    {
      id: 'readEgressModes',
      method: 'GET',
      path: '/api/v1/egress/modes',
      role: 'viewer',
      summary:
        'In which mode calls are let out: as configured, and as each node’s workers say they do.',
      answer: Modes,
      async run() {
        const plan = planOf(egress)
        const { mode: configured, learnUntilMs, rules } = plan
        const told = await fleetModes(plan, deps)
        const nowMs = clock.wallMs()
        const otherwise = rules.flatMap(({ name: rule, mode, expiresMs }) => {
          const isOver = expiresMs !== null && expiresMs <= nowMs
          return mode === null || mode === told.inForce || isOver ? [] : [{ rule, mode }]
        })
        return { configured, learnUntilMs, ...told, otherwise }
      },
    },
  ]
}

export function planOf({ plan }: EgressControl): EgressPlan {
  if (plan !== null) return plan
  throw new ApiError('not_available', 'there is no `egress:` in the configuration')
}
