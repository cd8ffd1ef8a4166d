// What the parts of the kit say, in both languages.

import { words } from '../language/words.ts'

/** What happened, and what to do. */
function told(title: string, todo: string): { readonly title: string; readonly todo: string } {
  return { title, todo }
}

export const KIT_WORDS = words(
  {
    close: 'Close',
    cancel: 'Cancel',
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'Could not be copied: select the text instead',
    loading: 'Loading…',
    retry: 'Try again',
    updated: (distance: string) => (distance === 'now' ? 'Read just now' : `Read ${distance}`),
    stale: (distance: string) => `Not up to date: read ${distance}`,
    sortBy: (column: string) => `Sort by ${column}`,
    filter: 'Filter',
    clearFilter: 'Clear filter',
    countOf: (shown: string, all: string) => `${shown} of ${all}`,
    more: 'Show more',
    cause: 'Cause',
    whatToDo: 'What to do',
    requestId: 'Request id',
    copyDetails: 'Copy details',
    line: (line: number, column: number) => `line ${line}, column ${column}`,
    error: 'Error',
    warning: 'Warning',
    added: 'added',
    removed: 'removed',
    changed: 'changed',
    noDifference: 'No difference.',
    dismiss: 'Dismiss',
    docs: 'Documentation of the API',
    takes: {
      operator: 'This takes the role of operator or administrator.',
      admin: 'This takes the role of administrator.',
    },
    details: 'Details',
    problems: {
      unreachable: told(
        'The gateway does not answer',
        'Check that it runs and that this machine reaches it, then try again.',
      ),
      not_understood: told(
        'The answer could not be read',
        'Something between here and the gateway may have answered instead. Reload the page.',
      ),
      not_signed_in: told('Not signed in', 'Sign in again; what you were doing is kept.'),
      second_factor_needed: told('A code is needed', 'Write the code of your authenticator app.'),
      second_factor_required: told(
        'A second factor comes first',
        'Reload the page and set it up: everybody here needs one.',
      ),
      reauthentication_needed: told(
        'Nothing was done: it was not shown that it is you',
        'Try again, and write your password when it is asked for.',
      ),
      not_permitted: told('Not permitted', 'Ask an administrator for the role this takes.'),
      host_not_allowed: told(
        'Opened under another name',
        'Open the console under its own address, or add this name to `admin.hosts`.',
      ),
      cross_site: told('Refused: not from this page', 'Reload the page and try again.'),
      not_found: told(
        'Not found',
        'It may have been removed meanwhile. Go back and read the list again.',
      ),
      conflict: told('This does not fit what is there', 'Read the page again and decide anew.'),
      rejected: told(
        'It could not be put to work',
        'Nothing has changed. The cause says what stands in the way.',
      ),
      stale: told('Somebody was faster', 'Look at what changed meanwhile and merge it with yours.'),
      too_large: told('Too large', 'Send less.'),
      invalid: told('Some of the input is not valid', 'Correct the fields that are named.'),
      config_invalid: told(
        'The configuration is not valid',
        'Nothing has changed. Correct the lines that are named.',
      ),
      precondition_required: told('Nobody looked at it first', 'Reload the page.'),
      too_many_requests: told('Too often', 'Wait a moment, then try again.'),
      internal_error: told(
        'The gateway failed',
        'Its log says more; look there for the request id.',
      ),
      not_available: told('Not available now', 'The cause says what is missing.'),
      other: told(
        'That did not work',
        'Try again; if it stays so, look for the request id in the log.',
      ),
    },
  },
  {
    close: '閉じる',
    cancel: 'キャンセル',
    copy: 'コピー',
    copied: 'コピーしました',
    copyFailed: 'コピーできませんでした。文字を選択してください',
    loading: '読み込み中…',
    retry: '再試行',
    updated: (distance) => (distance === '今' ? 'たった今取得' : `${distance}に取得`),
    stale: (distance) => `最新ではありません（${distance}に取得）`,
    sortBy: (column) => `${column}で並べ替え`,
    filter: '絞り込み',
    clearFilter: '絞り込みを解除',
    countOf: (shown, all) => `${all}件中${shown}件`,
    more: 'さらに表示',
    cause: '原因',
    whatToDo: '対処',
    requestId: 'リクエストID',
    copyDetails: '詳細をコピー',
    line: (line, column) => `${line}行 ${column}桁`,
    error: 'エラー',
    warning: '警告',
    added: '追加',
    removed: '削除',
    changed: '変更',
    noDifference: '差分はありません。',
    dismiss: '閉じる',
    docs: 'APIのドキュメント',
    takes: {
      operator: 'この操作には運用者または管理者のロールが必要です。',
      admin: 'この操作には管理者のロールが必要です。',
    },
    details: '詳細',
    problems: {
      unreachable: told(
        'ゲートウェイが応答しません',
        '稼働していること、この端末から到達できることを確認して再試行してください。',
      ),
      not_understood: told(
        '応答を読み取れませんでした',
        '途中の機器が代わりに応答した可能性があります。ページを再読み込みしてください。',
      ),
      not_signed_in: told(
        'サインインしていません',
        'もう一度サインインしてください。作業内容は残っています。',
      ),
      second_factor_needed: told('コードが必要です', '認証アプリのコードを入力してください。'),
      second_factor_required: told(
        '先に2要素認証の設定が必要です',
        'ページを再読み込みして設定してください。全員に必須です。',
      ),
      reauthentication_needed: told(
        '本人確認が済んでいないため、実行しませんでした',
        'もう一度操作し、求められたらパスワードを入力してください。',
      ),
      not_permitted: told('権限がありません', '必要なロールを管理者に依頼してください。'),
      host_not_allowed: told(
        '別の名前で開かれています',
        'コンソール自身のアドレスで開くか、この名前を `admin.hosts` に追加してください。',
      ),
      cross_site: told(
        'このページからの操作ではないため拒否しました',
        'ページを再読み込みして再試行してください。',
      ),
      not_found: told(
        '見つかりません',
        '削除された可能性があります。一覧に戻って読み直してください。',
      ),
      conflict: told('現在の状態と合いません', 'ページを読み直して、あらためて判断してください。'),
      rejected: told('適用できませんでした', '何も変わっていません。原因を確認してください。'),
      stale: told(
        '先に他の変更がありました',
        'その間の変更を確認し、自分の変更と統合してください。',
      ),
      too_large: told('大きすぎます', '内容を減らしてください。'),
      invalid: told('入力に誤りがあります', '示された項目を直してください。'),
      config_invalid: told(
        '設定が正しくありません',
        '何も変わっていません。示された行を直してください。',
      ),
      precondition_required: told(
        '最新の内容を確認していません',
        'ページを再読み込みしてください。',
      ),
      too_many_requests: told('回数が多すぎます', '少し待ってから再試行してください。'),
      internal_error: told(
        'ゲートウェイ内部のエラーです',
        '詳細はログにあります。リクエストIDで検索してください。',
      ),
      not_available: told('現在は利用できません', '何が足りないかは原因を確認してください。'),
      other: told(
        '処理できませんでした',
        '再試行してください。続く場合はリクエストIDでログを検索してください。',
      ),
    },
  },
)
