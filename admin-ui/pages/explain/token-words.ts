// What the tab of one token says.

import { words } from '../../language/words.ts'

export const TOKEN_WORDS = words(
  {
    lead: 'It is taken apart here in the browser and goes nowhere until you verify it.',
    token: 'Token (JWT)',
    tokenHint: 'With or without `Bearer`. It is stored nowhere, and never written to the audit.',
    noToken: 'This is no JSON Web Token: three parts with dots between them.',
    first: 'Paste a token first.',
    route: 'For route',
    routeHint: 'Issuer, audience, scope and claims are asked as this route asks them.',
    noRoute: 'No route asks for a token yet.',
    verify: 'Verify',
    verdicts: { allow: 'accepted', deny: 'refused', unknown: 'not known' },
    history: 'Verified here',
    historyLead: 'Until this page is left; the tokens themselves are not kept.',
  },
  {
    lead: 'トークンはこのブラウザー内で読み取ります。検証するまでどこにも送りません。',
    token: 'トークン（JWT）',
    tokenHint: '`Bearer`の有無は問いません。保存も監査への記録もしません。',
    noToken: 'JSON Web Tokenではありません。ドットで区切られた3つの部分が必要です。',
    first: '先にトークンを貼り付けてください。',
    route: '対象のルート',
    routeHint: '発行者・audience・scope・クレームを、このルートの条件で確認します。',
    noRoute: 'トークンを求めるルートがまだありません。',
    verify: '検証',
    verdicts: { allow: '受け入れ', deny: '拒否', unknown: '不明' },
    history: 'ここで検証したトークン',
    historyLead: 'このページを離れるまで表示します。トークン自体は残しません。',
  },
)
