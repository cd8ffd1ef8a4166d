// Which change of the configuration is one of who may come in: those are made only soon after signing in.

import { readDocument } from '../../config/document.ts'

/** Whether `admin:` differs: its door, its identity provider and the roles of groups. What cannot be read counts as that. */
export function changesAdmin(before: string, after: string): boolean {
  const [one, other] = [adminOf(before), adminOf(after)]
  return one === null || one !== other
}

/** The same text for the same value; null where the text cannot be read. */
function adminOf(text: string): string | null {
  const { value, isReadable } = readDocument(text)
  if (!isReadable || typeof value !== 'object' || value === null) return null
  return JSON.stringify((value as { admin?: unknown }).admin ?? {}, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}
