// A list that is longer than one page of the API, read to its end: nothing is left out without a word.

import { useEffect, useState } from 'react'
import { call } from '../../api/client.ts'
import type { Page } from '../../api/contract.ts'
import { useResource, type Reading, type Resource } from '../../api/resource.ts'
import { asRefusal, type Refusal } from '../../api/refusal.ts'

interface Rest<Item> {
  /** The first page that this follows. */
  readonly of: Page<Item> | null
  readonly items: readonly Item[]
  readonly refusal: Refusal | null
}

/** `resource`: its first page, with a query of its own. */
export function useWhole<Item>(
  resource: Resource<Page<Item>>,
  pollMs: number | null = null,
): Reading<Page<Item>> {
  const reading = useResource(resource, pollMs)
  const first = reading.data
  const [rest, setRest] = useState<Rest<Item>>({ of: null, items: [], refusal: null })
  useEffect(() => {
    if (first === null || first.nextCursor === null) return
    let isWanted = true
    const tell = (items: readonly Item[], refusal: Refusal | null): void => {
      if (isWanted) setRest({ of: first, items, refusal })
    }
    readFrom<Item>(resource.path, first.nextCursor).then(
      (items) => tell(items, null),
      (error: unknown) => tell([], asRefusal(error)),
    )
    return () => {
      isWanted = false
    }
  }, [first, resource.path])
  if (first === null || first.nextCursor === null) return reading
  const items = [...first.items, ...rest.items]
  const refusal = rest.of === first ? (reading.refusal ?? rest.refusal) : reading.refusal
  return { ...reading, data: { items, nextCursor: null }, refusal }
}

async function readFrom<Item>(path: string, from: string): Promise<readonly Item[]> {
  const items: Item[] = []
  for (let cursor: string | null = from; cursor !== null;) {
    const page: Page<Item> = await call('GET', `${path}&cursor=${encodeURIComponent(cursor)}`)
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}
