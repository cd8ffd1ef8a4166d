// What the door says.

import { words } from '../../language/words.ts'

export const SIGN_IN_WORDS = words(
  {
    title: 'Sign in',
    ended: 'Your session has ended. Sign in again; your draft is kept.',
    name: 'Name',
    password: 'Password',
    signIn: 'Sign in',
    provider: 'Sign in with your organisation',
    or: 'or with a local account',
    refusedThere: 'Signing in with your organisation did not work',
    refusals: {
      not_available:
        'The identity provider does not answer. An administrator may come in with a local account.',
      not_permitted: 'You are in no group that may come in here. Ask an administrator.',
      not_found: 'There is no identity provider in the configuration (any more).',
      too_many_requests: 'Too many attempts: wait a few minutes.',
      other: 'What came back could not be believed. Try again.',
    },
    code: 'Code',
    codeHint: 'Six digits of your authenticator app, or a recovery code.',
    firstCodeHint: 'Six digits that the app shows now.',
    codeMissing: 'Write the code.',
    codeLead: (name: string) => `${name} has a second factor.`,
    back: 'Back',
    again: 'Show that it is you',
    againWhy:
      'This decides who may come in, and it is more than five minutes since you signed in. What you were doing goes on afterwards.',
    againAtProvider: 'Sign in again in the tab that opens, then come back here and continue.',
    goOn: 'Continue',
  },
  {
    title: 'サインイン',
    ended: 'セッションが終了しました。もう一度サインインしてください。下書きは残っています。',
    name: '名前',
    password: 'パスワード',
    signIn: 'サインイン',
    provider: '組織のアカウントでサインイン',
    or: 'またはローカルアカウント',
    refusedThere: '組織のアカウントではサインインできませんでした',
    refusals: {
      not_available:
        'IDプロバイダーが応答しません。管理者はローカルアカウントでサインインできます。',
      not_permitted: 'アクセスを許可されたグループに所属していません。管理者に依頼してください。',
      not_found: '設定にIDプロバイダーがありません。',
      too_many_requests: '試行回数が多すぎます。数分待ってください。',
      other: '戻ってきた応答を検証できませんでした。もう一度お試しください。',
    },
    code: 'コード',
    codeHint: '認証アプリの6桁のコード、またはリカバリーコード。',
    firstCodeHint: 'アプリに今表示されている6桁の数字。',
    codeMissing: 'コードを入力してください。',
    codeLead: (name) => `${name}には2要素認証が設定されています。`,
    back: '戻る',
    again: '本人確認',
    againWhy:
      'アクセス権に関わる操作です。サインインから5分以上たっているため、もう一度確認します。確認後、操作はそのまま続きます。',
    againAtProvider: '開いたタブでもう一度サインインしてから、ここに戻って続けてください。',
    goOn: '続ける',
  },
)
