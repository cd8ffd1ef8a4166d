// Limits in the admin API: whom they refused, beginning anew for one key, blocking it, giving it another limit.

import type { TSchema } from 'typebox'
import type { Operation, OperationInput } from '../admin/operation.ts'
import {
  BlockBody,
  DoneAnswer,
  LimitedAnswer,
  MeasuresAnswer,
  OneLimitedAnswer,
  OverrideBody,
  ResetBody,
} from './answers.ts'
import type { Keys, Wish } from './keys.ts'

/** The digest, so that what follows the colon behind it is a verb. */
const KEY_PATH = '/api/v1/limits/keys/:key([0-9a-f]{32})'

export function limitOperations(keys: Keys): readonly Operation[] {
  return [
    ...reading(keys),
    resetting(keys),
    deciding(keys, {
      id: 'blockLimitedKey',
      verb: 'block',
      body: BlockBody,
      summary: 'Refuses every request of one key of a limit for a while, on every node.',
      wishOf: (body) => ({ kind: 'block', ...(body as { for: string; reason: string }) }),
    }),
    deciding(keys, {
      id: 'overrideLimitOfKey',
      verb: 'override',
      body: OverrideBody,
      summary: 'Gives one key of a limit another limit for a while, on every node.',
      wishOf: (body) => {
        return { kind: 'override', ...(body as { times: number; for: string; reason: string }) }
      },
    }),
    releasing(keys),
  ]
}

function reading(keys: Keys): Operation[] {
  return [
    {
      id: 'listLimitedKeys',
      method: 'GET',
      path: '/api/v1/limits/keys',
      role: 'viewer',
      summary:
        'Whom the limits of all nodes refused, most often first; keys that may be secret as a digest.',
      answer: LimitedAnswer,
      run: () => keys.list(),
    },
    {
      id: 'readLimitedKey',
      method: 'GET',
      path: KEY_PATH,
      role: 'viewer',
      scope: touchedBy(keys),
      summary: 'One key that was refused; for admins with its name and time to live in Redis.',
      answer: OneLimitedAnswer,
      run: ({ params: { key = '' }, principal }) => keys.read(key, principal),
    },
    {
      id: 'listLimitMeasures',
      method: 'GET',
      path: '/api/v1/limits/measures',
      role: 'viewer',
      summary: 'Keys of limits that are blocked or have another limit for a while.',
      answer: MeasuresAnswer,
      run: () => ({ items: keys.measures() }),
    },
  ]
}

function resetting(keys: Keys): Operation {
  return {
    id: 'resetLimitedKey',
    method: 'POST',
    path: `${KEY_PATH}::reset`,
    role: 'operator',
    scope: touchedBy(keys),
    summary: 'Counts one key of a limit anew; answers when its next request passes on every node.',
    body: ResetBody,
    answer: DoneAnswer,
    async run({ params: { key = '' }, body, change }) {
      const known = await keys.known(key)
      const { limit, label } = known
      const { reason = null } = body as { reason?: string }
      change({ target: `limit/${limit}`, after: { who: label, key, counted: 'anew', reason } })
      await keys.reset(known)
      return { limit, label }
    },
  }
}

interface Deciding {
  readonly id: string
  readonly verb: string
  readonly summary: string
  readonly body: TSchema
  readonly wishOf: (body: unknown) => Wish
}

function deciding(keys: Keys, { id, verb, summary, body: schema, wishOf }: Deciding): Operation {
  return {
    id,
    method: 'POST',
    path: `${KEY_PATH}::${verb}`,
    role: 'operator',
    scope: touchedBy(keys),
    summary,
    body: schema,
    answer: DoneAnswer,
    async run({ params: { key = '' }, body, principal, change }) {
      const known = await keys.known(key)
      const { limit, label } = known
      const wish = wishOf(body)
      change({
        target: `limit/${limit}`,
        before: known.measure,
        after: { who: label, key, ...wish },
      })
      await keys.decide(known, wish, principal)
      return { limit, label }
    },
  }
}

function releasing(keys: Keys): Operation {
  return {
    id: 'releaseLimitedKey',
    method: 'POST',
    path: `${KEY_PATH}::release`,
    role: 'operator',
    scope: touchedBy(keys),
    summary: 'Ends a block or another limit of one key before its time, on every node.',
    answer: DoneAnswer,
    async run({ params: { key = '' }, change }) {
      const known = await keys.known(key)
      const { limit, label } = known
      change({ target: `limit/${limit}`, before: known.measure, after: null })
      await keys.release(known)
      return { limit, label }
    },
  }
}

/** A limit may stand on several routes, and all of them count together. */
function touchedBy(keys: Keys): (input: OperationInput) => Promise<readonly string[]> {
  return ({ params: { key = '' } }) => keys.resourcesOf(key)
}
