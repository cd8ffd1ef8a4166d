// What the form of a request says.

import { words } from '../../language/words.ts'

export const FORM_WORDS = words(
  {
    how: 'How to say it',
    paste: 'Paste an id or a command',
    title: 'Fill in a form',
    labels: {
      method: 'Method',
      url: 'URL',
      headers: 'Header fields',
      token: 'Token (JWT), if any',
      client: 'Address of the client',
      listener: 'Listener',
      bodyBytes: 'Bytes of the body',
    },
    urlHint: 'Host and path decide which route takes it.',
    clientHint: 'Empty: this machine.',
    byUrl: 'by port or scheme of the URL',
    headersHint: 'One on each line, like `origin: https://app.example.com`.',
    tokenHint: 'Shown to the gateway only when you explain; kept nowhere.',
    http2: 'Over HTTP/2',
    explain: 'Explain',
    cli: 'Explain it by the command line',
    faults: {
      url: 'Say which URL.',
      headers: 'Write one field on each line: name: value.',
      bodyBytes: 'Write a whole number, or nothing.',
    },
  },
  {
    how: '入力方法',
    paste: 'IDやコマンドを貼り付ける',
    title: 'フォームに入力する',
    labels: {
      method: 'メソッド',
      url: 'URL',
      headers: 'ヘッダー',
      token: 'トークン（JWT、任意）',
      client: 'クライアントのアドレス',
      listener: 'リスナー',
      bodyBytes: '本文のバイト数',
    },
    urlHint: 'ホストとパスでルートが決まります。',
    clientHint: '空欄ならこのマシンです。',
    byUrl: 'URLのポートとスキームで決める',
    headersHint: '1行に1つ。例：`origin: https://app.example.com`',
    tokenHint: '説明を求めたときだけゲートウェイに送ります。保存はしません。',
    http2: 'HTTP/2で送る',
    explain: '説明する',
    cli: 'コマンドで説明を求める場合',
    faults: {
      url: 'URLを入力してください。',
      headers: '1行に1つ、「名前: 値」の形で書いてください。',
      bodyBytes: '整数を入力するか、空欄にしてください。',
    },
  },
)
