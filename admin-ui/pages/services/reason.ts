// Why an endpoint is as it is: in the words of the system where it has some, else in ours.

import type { EndpointView } from '../../api/contract.ts'
import { words } from '../../language/words.ts'

export const REASON_WORDS = words(
  {
    away: 'its app does not answer its sidecar',
    silent: 'its sidecar is not heard of',
    leaving: 'its sidecar ends',
    mostFailed: (failed: number, requests: number) =>
      `${failed} of ${requests} requests failed in five minutes`,
  },
  {
    away: 'アプリがサイドカーに応答しません',
    silent: 'サイドカーから連絡がありません',
    leaving: 'サイドカーが終了中です',
    mostFailed: (failed, requests) => `5分間で${requests}件中${failed}件が失敗`,
  },
)

export function reasonText(
  t: (typeof REASON_WORDS)['en'],
  { state, reason, failed, requests }: EndpointView,
): string {
  if (state === 'away' || state === 'leaving') return t[state]
  const isUnheard = state === 'silent' && reason.startsWith('not heard of')
  if (isUnheard) return t.silent
  const isCounted = state === 'failing' && /^\d+ of \d+ requests failed/.test(reason)
  return isCounted ? t.mostFailed(failed, requests) : reason
}
