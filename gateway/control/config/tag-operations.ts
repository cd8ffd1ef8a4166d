// Tags of revisions in the admin API: what is tagged has a name, and is never forgotten.

import { Type } from 'typebox'
import type { Operation } from '../admin/operation.ts'
import type { Configurations } from './configurations.ts'

const CLOSED = { additionalProperties: false }
const PATH = '/api/v1/revisions/:number/tag'
const Answer = Type.Object({ number: Type.Integer(), tag: Type.String() })

/** `numberOf`: throws ApiError `not_found` for what is no number of a revision. */
export function tagOperations(
  configurations: Configurations,
  numberOf: (params: Readonly<Record<string, string>>) => number,
): readonly Operation[] {
  return [
    {
      id: 'tagRevision',
      method: 'PUT',
      path: PATH,
      role: 'operator',
      summary: 'Tags a revision: it is kept, however many come after it.',
      body: Type.Object(
        {
          tag: Type.String({
            pattern: '^[^\\s\\p{Cc}\\p{Cf}]([^\\p{Cc}\\p{Cf}]{0,62}[^\\s\\p{Cc}\\p{Cf}])?$',
            title: '1 to 64 printable characters, without a space at either end',
          }),
        },
        CLOSED,
      ),
      answer: Answer,
      async run({ params, body, change }) {
        const number = numberOf(params)
        const { tag } = body as { tag: string }
        const before = (await configurations.tags()).get(number) ?? ''
        change({ target: `revision/${number}`, before: { tag: before }, after: { tag } })
        await configurations.tag(number, tag)
        return { number, tag }
      },
    },
    {
      id: 'untagRevision',
      method: 'DELETE',
      path: PATH,
      role: 'operator',
      summary: 'Takes the tag of a revision away: it may be forgotten when its time comes.',
      answer: Answer,
      async run({ params, change }) {
        const number = numberOf(params)
        const before = (await configurations.tags()).get(number) ?? ''
        change({ target: `revision/${number}`, before: { tag: before }, after: { tag: '' } })
        await configurations.tag(number, null)
        return { number, tag: '' }
      },
    },
  ]
}
