// What the setup says.

import { words } from '../../language/words.ts'

export const SETUP_WORDS = words(
  {
    title: 'Set up the console',
    lead: 'Make the first administrator. It takes the one-time token that the gateway printed when it started.',
    token: 'Setup token',
    tokenFrom:
      'Where it is: in the address that the gateway printed at its start, and in this file on its machine:',
    tokenTaken: 'Taken from the address.',
    name: 'Name',
    nameHint: 'You sign in with it.',
    password: 'Password',
    passwordHint: 'At least 12 characters. A sentence is good.',
    show: 'Show the password',
    make: 'Make the administrator',
    missing: 'Still missing:',
    needs: {
      token: 'the setup token',
      name: 'a name',
      password: (missing: number) => `${missing} more characters in the password`,
    },
    done: 'This gateway is set up already.',
    signIn: 'Sign in',
  },
  {
    title: 'コンソールの初期設定',
    lead: '最初の管理者を作成します。ゲートウェイの起動時に表示された1回限りのトークンが必要です。',
    token: 'セットアップトークン',
    tokenFrom: '起動時に表示されたアドレス、またはゲートウェイ上の次のファイルにあります。',
    tokenTaken: 'アドレスから読み取りました。',
    name: '名前',
    nameHint: 'サインインに使います。',
    password: 'パスワード',
    passwordHint: '12文字以上。短い文章がおすすめです。',
    show: 'パスワードを表示',
    make: '管理者を作成',
    missing: '未入力の項目：',
    needs: {
      token: 'セットアップトークン',
      name: '名前',
      password: (missing) => `パスワードがあと${missing}文字必要です`,
    },
    done: 'このゲートウェイは設定済みです。',
    signIn: 'サインイン',
  },
)
