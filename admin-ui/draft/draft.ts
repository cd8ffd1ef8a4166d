// What somebody has changed but not applied: a whole text beside the one it began from, kept for each user over reloads.

import { useSyncExternalStore } from 'react'
import type { Served } from '../api/contract.ts'
import { useSession } from '../session/session.ts'

export interface Draft {
  readonly text: string
  /** What was served when the draft began, or when it was last merged. */
  readonly base: {
    readonly text: string
    readonly checksum: string
    readonly revision: number | null
  }
}

const PREFIX = 'sallyport.draft.'
const listeners = new Set<() => void>()
/** By user. Storage may be forbidden, so what counts is held here. */
const drafts = new Map<string, Draft | null>()

function read(user: string): Draft | null {
  const known = drafts.get(user)
  if (known !== undefined) return known
  let draft: Draft | null = null
  try {
    draft = JSON.parse(localStorage.getItem(PREFIX + user) ?? 'null') as Draft | null
  } catch {
    // Nothing that can be read is no draft.
  }
  drafts.set(user, draft)
  return draft
}

function write(user: string, draft: Draft | null): void {
  drafts.set(user, draft)
  try {
    if (draft === null) localStorage.removeItem(PREFIX + user)
    else localStorage.setItem(PREFIX + user, JSON.stringify(draft))
  } catch {
    // Then it lives as long as this page.
  }
  for (const listener of listeners) listener()
}

window.addEventListener('storage', ({ key }) => {
  if (key === null || !key.startsWith(PREFIX)) return
  drafts.delete(key.slice(PREFIX.length))
  for (const listener of listeners) listener()
})

export interface DraftDesk {
  readonly draft: Draft | null
  /** The draft's text, or what is served. */
  readonly textOver: (served: Served) => string
  /** A text that is served already is no draft. */
  readonly save: (served: Served, text: string) => void
  /** The draft goes on from what is served now. */
  readonly rebase: (served: Served, text: string) => void
  readonly discard: () => void
}

export function useDraft(): DraftDesk {
  const session = useSession()
  const user = session.kind === 'signed-in' ? session.me.name : ''
  const draft = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => read(user),
  )
  const begin = ({ text, checksum, revision }: Served): Draft['base'] => ({
    text,
    checksum,
    revision,
  })
  return {
    draft,
    textOver: (served) => draft?.text ?? served.text,
    save(served, text) {
      const base = draft?.base ?? begin(served)
      write(user, text === base.text ? null : { text, base })
    },
    rebase(served, text) {
      write(user, text === served.text ? null : { text, base: begin(served) })
    },
    discard: () => write(user, null),
  }
}
