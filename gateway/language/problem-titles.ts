// Titles of what the control plane refuses, by its stable code.

import { words, type Language } from './language.ts'

const PROBLEM_WORDS = words(
  {
    unreachable: 'the gateway does not answer',
    bad_request: 'not understood',
    not_signed_in: 'not signed in',
    second_factor_needed: 'a code is needed',
    not_permitted: 'not permitted',
    second_factor_required: 'a second factor comes first',
    reauthentication_needed: 'show again that it is you',
    host_not_allowed: 'reached under another name',
    cross_site: 'refused: from another site',
    not_found: 'not found',
    method_not_allowed: 'not something to do here',
    conflict: 'it does not fit what is there',
    rejected: 'it could not be put to work; nothing has changed',
    stale: 'somebody was faster',
    too_large: 'too large',
    media_type: 'not JSON',
    invalid: 'not valid',
    config_invalid: 'the configuration is not valid; nothing has changed',
    precondition_required: 'say what you saw before',
    too_many_requests: 'too often: wait a moment',
    internal_error: 'the gateway failed; its log says more',
    not_available: 'not available at the moment',
  },
  {
    unreachable: 'ゲートウェイが応答しません',
    bad_request: 'リクエストを解釈できません',
    not_signed_in: 'サインインしていません',
    second_factor_needed: 'コードが必要です',
    not_permitted: '権限がありません',
    second_factor_required: '先に2要素認証の設定が必要です',
    reauthentication_needed: '本人確認が必要です',
    host_not_allowed: '許可されていない名前で接続しています',
    cross_site: '別のサイトからのリクエストのため拒否しました',
    not_found: '見つかりません',
    method_not_allowed: 'ここでは行えない操作です',
    conflict: '現在の状態と矛盾しています',
    rejected: '適用できませんでした。何も変更されていません',
    stale: 'ほかの人が先に変更しました',
    too_large: '大きすぎます',
    media_type: 'JSONではありません',
    invalid: '入力が正しくありません',
    config_invalid: '設定が正しくありません。何も変更されていません',
    precondition_required: '変更前の状態を指定してください',
    too_many_requests: '回数が多すぎます。しばらく待ってください',
    internal_error: 'ゲートウェイ内部のエラーです。ログを確認してください',
    not_available: '現在は利用できません',
  },
)

/** null for a code of a newer gateway. */
export function problemTitle(code: string, language: Language): string | null {
  const titles: Readonly<Record<string, string>> = PROBLEM_WORDS[language]
  return Object.hasOwn(titles, code) ? titles[code]! : null
}
