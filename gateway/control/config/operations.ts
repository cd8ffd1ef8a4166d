// The configuration in the admin API: read it, try a text, put it to work, confirm it, go back.

import { Type } from 'typebox'
import { parseDurationMs } from '../../../sidecar/runtime/units.ts'
import { changedResources } from '../access/changed-resources.ts'
import { changesAdmin } from '../access/guarded-changes.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Operation, OperationInput } from '../admin/operation.ts'
import { originOf } from '../admin/origin.ts'
import type { Guard } from '../releases/guard.ts'
import { checksumOf, MAX_TEXT_BYTES, ORIGINS } from '../revisions/revision.ts'
import type { Configurations } from './configurations.ts'
import { fieldProblems } from './located.ts'
import { tagOperations } from './tag-operations.ts'
import { unifiedDiff } from './text-diff.ts'

const CLOSED = { additionalProperties: false }
const MAX_PAGE = 500
const Text = Type.String({ maxLength: MAX_TEXT_BYTES, description: 'The YAML file, whole.' })
/** A text as JSON: its quotes and line ends take two bytes each. */
const MAX_BODY_BYTES = 2 * MAX_TEXT_BYTES
const Message = Type.Optional(
  Type.String({ maxLength: 1000, description: 'Why; for the history.' }),
)
const ConfirmWithin = Type.Optional(
  Type.String({ description: 'Like `60s`: the change is taken back unless confirmed in time.' }),
)
const GuardFields = Type.Object(
  {
    points: Type.Number({
      minimum: 0.1,
      maximum: 100,
      description: 'Percentage points by which the share of 5xx may rise.',
    }),
    windowMs: Type.Integer({ minimum: 5000, maximum: 60_000, description: 'Over this time.' }),
  },
  { ...CLOSED, description: 'Taken back, before it is too late to confirm, where requests fail.' },
)
const Problem = Type.Object({
  pointer: Type.String(),
  detail: Type.String(),
  hint: Type.String(),
  severity: Type.String(),
  line: Type.Integer(),
  column: Type.Integer(),
  related: Type.Optional(Type.String({ description: 'The other place, where it is between two.' })),
})
const Served = Type.Object({
  text: Text,
  checksum: Type.String({ description: 'SHA-256 of the text; also the entity tag.' }),
  revision: Type.Union([Type.Integer(), Type.Null()]),
  revertsAtMs: Type.Union([Type.Number(), Type.Null()]),
  guard: Type.Union([GuardFields, Type.Null()]),
})
const Applied = Type.Object({
  ...Served.properties,
  diff: Type.String(),
  warnings: Type.Array(Problem),
  nodes: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
    description: 'The nodes of the fleet that serve it; none where a node works alone.',
  }),
})
const Summary = Type.Object({
  number: Type.Integer(),
  atMs: Type.Number(),
  author: Type.String(),
  origin: Type.Enum([...ORIGINS]),
  message: Type.String(),
  checksum: Type.String(),
})
const Tag = Type.String({ description: 'Keeps it from being forgotten; empty: none.' })
const Revision = Type.Object({
  ...Summary.properties,
  text: Text,
  tag: Tag,
  guard: Type.Optional(GuardFields),
})

interface TakenBack {
  readonly confirmWithin?: string | undefined
  readonly guard?: Guard | undefined
}

interface ApplyBody extends TakenBack {
  readonly text: string
  readonly message?: string
}

export function configOperations(configurations: Configurations): readonly Operation[] {
  return [
    ...reading(configurations),
    ...changing(configurations),
    ...tagOperations(configurations, numberOf),
  ]
}

function reading(configurations: Configurations): Operation[] {
  return [
    {
      id: 'readConfig',
      method: 'GET',
      path: '/api/v1/config',
      role: 'viewer',
      scope: 'any',
      summary: 'The configuration that is served, as it is written in the file.',
      answer: Served,
      run({ header }) {
        const served = configurations.served()
        header('etag', `"${served.checksum}"`)
        return served
      },
    },
    {
      id: 'listRevisions',
      method: 'GET',
      path: '/api/v1/revisions',
      role: 'viewer',
      scope: 'any',
      summary: 'What was served before, newest first.',
      query: Type.Object(
        {
          limit: Type.Optional(
            Type.String({ pattern: '^[1-9][0-9]{0,2}$', description: '1 to 500, default 50.' }),
          ),
          cursor: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,8}$' })),
        },
        CLOSED,
      ),
      answer: Type.Object({
        items: Type.Array(Type.Object({ ...Summary.properties, tag: Tag })),
        nextCursor: Type.Union([Type.String(), Type.Null()]),
      }),
      async run({ query: { limit = '50', cursor } }) {
        const count = Math.min(MAX_PAGE, Number(limit))
        const before = cursor === undefined ? null : Number(cursor)
        const items = await configurations.revisions(before, count)
        const last = items.at(-1)
        const isMore = items.length === count && last !== undefined && last.number > 1
        const tags = await configurations.tags()
        const shown = items.map((one) => ({ ...one, tag: tags.get(one.number) ?? '' }))
        return { items: shown, nextCursor: isMore ? String(last.number) : null }
      },
    },
    {
      id: 'readRevision',
      method: 'GET',
      path: '/api/v1/revisions/:number',
      role: 'viewer',
      scope: 'any',
      summary: 'One revision with its text.',
      answer: Revision,
      async run({ params, header }) {
        const revision = await configurations.revision(numberOf(params))
        const tag = (await configurations.tags()).get(revision.number) ?? ''
        header(
          'etag',
          `"${revision.checksum}${tag === '' ? '' : `-${checksumOf(tag).slice(0, 16)}`}"`,
        )
        return { ...revision, tag }
      },
    },
    {
      id: 'diffRevisions',
      method: 'GET',
      path: '/api/v1/revisions/:number/diff',
      role: 'viewer',
      scope: 'any',
      summary: 'What a revision changed, or how it differs from another one.',
      query: Type.Object({ from: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })) }, CLOSED),
      answer: Type.Object({ diff: Type.String() }),
      async run({ params, query: { from } }) {
        const revision = await configurations.revision(numberOf(params))
        const before = from ?? (await configurations.revisions(revision.number, 1))[0]?.number
        const number = Number(before ?? 0)
        const other = number === 0 ? null : await configurations.revision(number)
        const names = { before: `revision ${number}`, after: `revision ${revision.number}` }
        return { diff: unifiedDiff(other?.text ?? '', revision.text, names) }
      },
    },
  ]
}

function changing(configurations: Configurations): Operation[] {
  return [
    {
      id: 'tryConfig',
      method: 'POST',
      isReading: true,
      path: '/api/v1/config::try',
      role: 'viewer',
      scope: 'any',
      summary: 'Says what is wrong with a text and what it would change; changes nothing.',
      body: Type.Object({ text: Text }, CLOSED),
      maxBodyBytes: MAX_BODY_BYTES,
      answer: Type.Object({ diff: Type.String(), warnings: Type.Array(Problem) }),
      async run({ body }) {
        const { diff, warnings } = await configurations.trial((body as { text: string }).text)
        return { diff, warnings: fieldProblems(warnings) }
      },
    },
    {
      id: 'applyConfig',
      method: 'PUT',
      path: '/api/v1/config',
      role: 'operator',
      scope: ({ body, ifMatch }) =>
        touched(configurations, ifMatch, (body as { text: string }).text),
      isGuarded: ({ body }) =>
        changesAdmin(configurations.served().text, (body as { text: string }).text),
      summary:
        'Puts a text to work everywhere, or nowhere; answers when every process of every node serves it.',
      body: Type.Object(
        {
          text: Text,
          message: Message,
          confirmWithin: ConfirmWithin,
          guard: Type.Optional(GuardFields),
        },
        CLOSED,
      ),
      maxBodyBytes: MAX_BODY_BYTES,
      answer: Applied,
      run({ body, ifMatch, principal, change, header }) {
        const { text, message = '', confirmWithin, guard } = body as ApplyBody
        const bytes = Buffer.byteLength(text)
        change({ target: 'config', after: { message, bytes, guard: guard ?? null } })
        const expected = seen(ifMatch)
        const wanted = {
          text,
          author: principal.name,
          origin: originOf(principal),
          message,
          expected,
          ...takenBackUnless({ confirmWithin, guard }),
        }
        return applied(configurations, wanted, header)
      },
    },
    {
      id: 'restoreRevision',
      method: 'POST',
      path: '/api/v1/revisions/:number(^\\d+)::restore',
      role: 'operator',
      async scope({ params, ifMatch }) {
        const { text } = await configurations.revision(numberOf(params))
        return touched(configurations, ifMatch, text)
      },
      async isGuarded({ params }) {
        const { text } = await configurations.revision(numberOf(params))
        return changesAdmin(configurations.served().text, text)
      },
      summary: 'Serves an earlier revision again, as a new one.',
      body: Type.Object(
        { confirmWithin: ConfirmWithin, guard: Type.Optional(GuardFields) },
        CLOSED,
      ),
      answer: Applied,
      async run({ params, body, ifMatch, principal, change, header }) {
        const number = numberOf(params)
        change({ target: `revision/${number}` })
        const { text } = await configurations.revision(number)
        const wanted = {
          text,
          author: principal.name,
          origin: 'restore' as const,
          message: `restore of ${number}`,
          ...takenBackUnless(body as TakenBack),
          expected: ifMatch ?? configurations.served().checksum,
        }
        return applied(configurations, wanted, header)
      },
    },
    {
      id: 'confirmConfig',
      method: 'POST',
      path: '/api/v1/config::confirm',
      role: 'operator',
      scope: () => waiting(configurations),
      summary: 'Keeps the change that would be taken back otherwise.',
      answer: Served,
      run({ change }) {
        change({ target: 'config' })
        return configurations.confirm()
      },
    },
  ]
}

/** Throws ApiError. */
function seen(ifMatch: OperationInput['ifMatch']): string {
  if (ifMatch !== null) return ifMatch
  throw new ApiError('precondition_required', 'send If-Match with the checksum of what you saw')
}

/** What a text would change. Only what the author saw can be compared, or somebody else's change would be theirs. */
async function touched(
  configurations: Configurations,
  ifMatch: OperationInput['ifMatch'],
  text: string,
): Promise<readonly string[]> {
  return changedResources(await configurations.expect(seen(ifMatch)), text)
}

/** What the change is about that may be taken back. */
async function waiting(configurations: Configurations): Promise<readonly string[]> {
  const { text, revision } = configurations.served()
  const [before] = revision === null ? [] : await configurations.revisions(revision, 1)
  if (before === undefined) return changedResources('', text)
  return changedResources((await configurations.revision(before.number)).text, text)
}

async function applied(
  configurations: Configurations,
  wanted: Parameters<Configurations['apply']>[0],
  header: (name: string, value: string) => void,
): Promise<object> {
  const result = await configurations.apply(wanted)
  header('etag', `"${result.checksum}"`)
  return { ...result, warnings: fieldProblems(result.warnings) }
}

function takenBackUnless({ confirmWithin, guard }: TakenBack): {
  readonly confirmWithinMs: number | null
  readonly guard?: Guard
} {
  const confirmWithinMs = waitOf(confirmWithin)
  if (guard === undefined) return { confirmWithinMs }
  if (confirmWithinMs !== null && confirmWithinMs <= guard.windowMs) {
    const message = `guard: within ${guard.windowMs} ms it decides nothing before confirmWithin does; give more time to confirm`
    throw new ApiError('invalid', message)
  }
  return { confirmWithinMs, guard }
}

const MAX_WAIT_MS = 3_600_000

function waitOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const ms = parseDurationMs(text)
  if (ms !== null && ms >= 1000 && ms <= MAX_WAIT_MS) return ms
  throw new ApiError('invalid', 'confirmWithin: write 1s to 1h')
}

function numberOf({ number = '' }: Readonly<Record<string, string>>): number {
  if (/^[1-9]\d{0,8}$/.test(number)) return Number(number)
  throw new ApiError('not_found', `\`${number}\` is no number of a revision`)
}
