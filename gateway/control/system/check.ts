// What a check is, and running all of them: side by side, each with an end, and none that fails takes another along.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import { CHECK_WORDS, type CheckWords, type Saying } from './check-words.ts'
import type { Language } from '../../language/language.ts'

/** In the order in which they are told. */
export const CHECK_GROUPS = [
  'node',
  'ports',
  'config',
  'tls',
  'mesh',
  'store',
  'keys',
  'upstreams',
  'egress',
  'admin',
  'disk',
  'fleet',
] as const
export type CheckGroup = (typeof CHECK_GROUPS)[number]

export const CHECK_STATUSES = ['ok', 'warning', 'failed'] as const
export type CheckStatus = (typeof CHECK_STATUSES)[number]

/** What a check found, before it is said in a language. */
export interface Finding {
  /** Stable: `store.eviction`. */
  readonly id: string
  readonly status: CheckStatus
  readonly say: (t: CheckWords) => Saying
}

export interface Check {
  readonly group: CheckGroup
  /** [] where there is nothing to be checked. */
  readonly run: () => readonly Finding[] | Promise<readonly Finding[]>
}

/** A finding in the words of one language. */
export interface ToldFinding extends Saying {
  readonly group: CheckGroup
  readonly id: string
  readonly status: CheckStatus
}

/** A check that has not answered by then has failed. */
export const CHECK_MS = 6000

/** Every finding, by group. Never rejects. */
export async function runChecks(
  checks: readonly Check[],
  clock: Pick<Clock, 'after'>,
): Promise<readonly (Finding & { readonly group: CheckGroup })[]> {
  const found = await Promise.all(
    checks.map(async ({ group, run }) =>
      (await inTime(group, run, clock)).map((finding) => ({ group, ...finding })),
    ),
  )
  const place = ({ group }: { readonly group: CheckGroup }): number => CHECK_GROUPS.indexOf(group)
  return found.flat().toSorted((a, b) => place(a) - place(b))
}

export function tell(
  findings: readonly (Finding & { readonly group: CheckGroup })[],
  language: Language,
): readonly ToldFinding[] {
  const t = CHECK_WORDS[language]
  return findings.map(({ group, id, status, say }) => ({ group, id, status, ...say(t) }))
}

/** The worst of them; ok where there are none. */
export function worstOf(findings: readonly { readonly status: CheckStatus }[]): CheckStatus {
  const at = Math.max(0, ...findings.map(({ status }) => CHECK_STATUSES.indexOf(status)))
  return CHECK_STATUSES[at]!
}

async function inTime(
  group: CheckGroup,
  run: Check['run'],
  clock: Pick<Clock, 'after'>,
): Promise<readonly Finding[]> {
  const id = `${group}.check`
  let cancel = (): void => {}
  const late = new Promise<readonly Finding[]>((resolve) => {
    cancel = clock.after(CHECK_MS, () =>
      resolve([{ id, status: 'failed', say: (t) => t.tooSlow(CHECK_MS / 1000) }]),
    )
  })
  try {
    return await Promise.race([Promise.resolve().then(run), late])
  } catch (error) {
    return [{ id, status: 'failed', say: (t) => t.broken(errorMessage(error)) }]
  } finally {
    cancel()
  }
}
