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
  },
  {
    title: 'サインイン',
    ended: 'セッションが終了しました。もう一度サインインしてください。下書きは残っています。',
    name: '名前',
    password: 'パスワード',
    signIn: 'サインイン',
    provider: '組織のアカウントでサインイン',
    or: 'またはローカルアカウント',
  },
)
