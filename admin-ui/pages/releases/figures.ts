// The figures of a release as people read them.

import type { ReleaseView } from '../../api/contract.ts'

/** Workers tell once a second. */
export const POLL_MS = 2000

export type Target = ReleaseView['targets'][number]

/** `20 %`, `19.8 %`; null: `–`. */
export function percent(share: number | null, digits: 0 | 1 = 1): string {
  return share === null ? '–' : `${(100 * share).toFixed(digits)} %`
}

/** 0 to 1; null while there are no requests. */
export function errorShare({ requests, failed }: Target): number | null {
  return requests === 0 ? null : failed / requests
}

export function milliseconds(ms: number | null): string {
  return ms === null ? '–' : `${Math.round(ms)} ms`
}

/** More than one target gets requests. */
export function isUnderWay({ targets }: ReleaseView): boolean {
  return targets.filter(({ weight }) => weight > 0).length > 1
}
