// One page of a long list: how many, from where on, and where the next one begins.

import { Type, type TSchema } from 'typebox'

const MAX_PAGE = 500
const DEFAULT_PAGE = '50'

/** Query fields of an operation that answers in pages. */
export const PAGE_QUERY = {
  limit: Type.Optional(
    Type.String({ pattern: '^[1-9][0-9]{0,2}$', description: '1 to 500, default 50.' }),
  ),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: '`nextCursor` of the page before.' }),
  ),
} as const

export function pageOf(item: TSchema) {
  return Type.Object({
    items: Type.Array(item),
    nextCursor: Type.Union([Type.String(), Type.Null()]),
  })
}

export function limitOf({ limit = DEFAULT_PAGE }: Readonly<Record<string, string>>): number {
  return Math.min(MAX_PAGE, Number(limit))
}

/** The items behind the cursor in the order of their keys, which are unique. */
export function page<Item>(
  all: readonly Item[],
  query: Readonly<Record<string, string>>,
  keyOf: (item: Item) => string,
): { readonly items: readonly Item[]; readonly nextCursor: string | null } {
  const { cursor } = query
  const sorted = all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const from = cursor === undefined ? 0 : sorted.findIndex((item) => keyOf(item) > cursor)
  const rest = from === -1 ? [] : sorted.slice(from)
  const items = rest.slice(0, limitOf(query))
  const last = items.at(-1)
  const isMore = rest.length > items.length && last !== undefined
  return { items, nextCursor: isMore ? keyOf(last) : null }
}
