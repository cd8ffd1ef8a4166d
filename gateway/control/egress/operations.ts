// The way out in the admin API: letting a call through, taking that back, and leaving one refused with a note.

import { Type } from 'typebox'
import type { EgressPlan } from '../../allow/plan.ts'
import { appendEntry, removeEntry } from '../../config/edit.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Operation } from '../admin/operation.ts'
import { originOf } from '../admin/origin.ts'
import type { Configurations } from '../config/configurations.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { EgressControl } from './egress-control.ts'
import type { CallKey, Ignored } from './ignored.ts'
import { DEFAULT_PORT, expiryOf, refuseSuspicious } from './opening.ts'
import { CallFields, Caller, Host, planOf, readingEgress } from './reading.ts'
import type { Sightings } from './sightings.ts'

const CLOSED = { additionalProperties: false }
export interface EgressOperationDeps {
  readonly egress: EgressControl
  readonly configurations: Configurations
  readonly ignored: Ignored
  readonly sightings: Sightings
  /** null: the node works alone. */
  readonly fleet: () => Fleet | null
  /** What people call this node. */
  readonly name: string
  readonly clock: Pick<Clock, 'wallMs' | 'after'>
}

export function egressOperations(deps: EgressOperationDeps): readonly Operation[] {
  return [...readingEgress(deps), allowing(deps), retracting(deps), ...ignoring(deps)]
}

function allowing({ egress, sightings, configurations, clock }: EgressOperationDeps): Operation {
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
        reason: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 300,
            description: 'Why; it stands in the rule and in the history.',
          }),
        ),
        for: Type.Optional(
          Type.String({ maxLength: 20, description: 'How long from now on, like `1h` or `7d`.' }),
        ),
        expires: Type.Optional(
          Type.String({
            maxLength: 40,
            description:
              'Until when: a day or a moment. Without `for` and `expires` for good, which takes an admin.',
          }),
        ),
      },
      CLOSED,
    ),
    answer: Type.Object({
      rule: Type.String(),
      revision: Type.Union([Type.Integer(), Type.Null()]),
      expires: Type.Union([Type.String(), Type.Null()], {
        description: 'As the rule says; null: for good.',
      }),
    }),
    status: 201,
    async run({ body, principal, change }) {
      const { owner, reason, ...wanted } = body as Wanted
      const { from } = wanted
      const host = withPort(wanted.host)
      const plan = planOf(egress)
      const said = { owner, ...(reason !== undefined && { reason }) }
      const after = { host, ...said, for: wanted.for ?? null, expires: wanted.expires ?? null }
      change({ target: `egress/${from}`, after })
      const { denials } = await sightings.all()
      refuseSuspicious({ host, from }, denials, principal)
      const expires = expiryOf(wanted, principal, clock.wallMs())
      const rule = newName(plan, from)
      const entry = {
        name: rule,
        from: [from],
        allow: [host],
        ...said,
        ...(expires !== null && { expires }),
      }
      const { text, checksum: expected } = configurations.served()
      const { revision } = await configurations.apply({
        text: rewritten(() => appendEntry(text, ['egress', 'rules'], entry)),
        author: principal.name,
        origin: originOf(principal),
        message: `let ${from === '*' ? 'every caller' : from} reach ${host}${reason === undefined ? '' : `: ${reason}`}`,
        confirmWithinMs: null,
        expected,
      })
      return { rule, revision, expires }
    },
  }
}

interface Wanted {
  readonly host: string
  readonly from: string
  readonly owner: string
  readonly reason?: string
  readonly for?: string
  readonly expires?: string
}

function retracting({ egress, configurations }: EgressOperationDeps): Operation {
  return {
    id: 'retractEgressRule',
    method: 'POST',
    path: '/api/v1/egress::retract',
    role: 'operator',
    summary: 'Takes a rule that only allows out of the file again, and nothing else with it.',
    body: Type.Object({ rule: Type.String({ minLength: 1, maxLength: 100 }) }, CLOSED),
    answer: Type.Object({
      rule: Type.String(),
      revision: Type.Union([Type.Integer(), Type.Null()]),
    }),
    async run({ body, principal, change }) {
      const { rule: name } = body as { rule: string }
      const { rules } = planOf(egress)
      const index = rules.findIndex((rule) => rule.name === name)
      const rule = rules[index]
      if (rule === undefined) throw new ApiError('not_found', `there is no rule \`${name}\``)
      change({ target: `egress/${name}`, before: { allow: rule.allow.map(({ text }) => text) } })
      if (rule.deny.length > 0 || rule.mode !== null) {
        const detail = 'it does more than to allow, so that more would be let out without it'
        throw new ApiError('rejected', `\`${name}\` stays: ${detail}; edit the file`)
      }
      const { text, checksum: expected } = configurations.served()
      const { revision } = await configurations.apply({
        text: rewritten(() => removeEntry(text, ['egress', 'rules', index])),
        author: principal.name,
        origin: originOf(principal),
        message: `take back the rule ${name}`,
        confirmWithinMs: null,
        expected,
      })
      return { rule: name, revision }
    },
  }
}

function ignoring({ ignored }: EgressOperationDeps): Operation[] {
  const Nothing = Type.Object({}, CLOSED)
  const Note = Type.String({ minLength: 1, maxLength: 300, description: 'Why it stays refused.' })
  return [
    {
      id: 'ignoreDenial',
      method: 'POST',
      path: '/api/v1/egress::ignore',
      role: 'operator',
      summary: 'Hides a refused call behind a note; it stays refused.',
      body: Type.Object({ ...CallFields, note: Note }, CLOSED),
      answer: Nothing,
      async run({ body, principal, change }) {
        const { note, ...call } = body as CallKey & { readonly note: string }
        change({ target: `egress/${call.from}`, after: { ignored: targetOf(call), note } })
        await ignored.add(call, note, principal.name)
        return {}
      },
    },
    {
      id: 'unignoreDenial',
      method: 'POST',
      path: '/api/v1/egress::unignore',
      role: 'operator',
      summary: 'Shows a refused call again.',
      body: Type.Object(CallFields, CLOSED),
      answer: Nothing,
      async run({ body, change }) {
        const call = body as CallKey
        change({ target: `egress/${call.from}`, before: { ignored: targetOf(call) } })
        if (await ignored.remove(call)) return {}
        throw new ApiError('not_found', `\`${targetOf(call)}\` is not ignored`)
      },
    },
  ]
}

function targetOf({ host, port }: CallKey): string {
  return `${host}:${port}`
}

function rewritten(edit: () => string): string {
  try {
    return edit()
  } catch (error) {
    throw new ApiError('rejected', errorMessage(error))
  }
}

/** The default of a rule is 443, and so it says. */
function withPort(host: string): string {
  return /:\d+$/.test(host) ? host : `${host}:${DEFAULT_PORT}`
}

function newName({ rules }: EgressPlan, from: string): string {
  const who = from === '*' ? 'everybody' : from
  const base = `allow-${who.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 40)}`
  const taken = new Set(rules.map(({ name }) => name))
  for (let number = 1; ; number++) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`
}
