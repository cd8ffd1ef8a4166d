// What the tab of CORS says.

import { words } from '../../language/words.ts'

export const CORS_WORDS = words(
  {
    simulator: 'Try a call from a page',
    lead: 'CORS does not keep requests out: it says whether a page of another origin may read the answer. The gateway’s own steps decide here, and the browser’s rules judge.',
    subject: 'Policy',
    ofRoute: (route: string) => `route ${route}, as served`,
    draftOf: (route: string) => `route ${route}, as in the draft`,
    own: 'a policy to try (YAML)',
    yaml: 'cors:',
    yamlFault: 'This is no YAML.',
    origin: 'Origin of the page',
    method: 'Method',
    headers: 'Header fields of the script',
    headersHint:
      'Separated by commas; a value may follow a colon, as in `content-type: text/plain`.',
    credentials: 'With cookies (`credentials: include`)',
    simulate: 'Simulate',
    outcomes: {
      readable: 'The page may read the answer',
      unreadable: 'Sent, but the page may not read the answer',
      blocked: 'The browser does not send it',
      not_sendable: 'No page can send this',
    },
    reasons: {
      ok: 'Every check of the browser passes.',
      forbidden_method: 'Browsers let no script use this method.',
      origin_not_allowed:
        'The answer names no origin: this one is not listed in `cors`. The request itself is carried out if no preflight stops it.',
      any_origin_with_credentials:
        '`*` counts for nothing when cookies go along: list the origins.',
      origin_differs: 'The answer names another origin than that of the page.',
      credentials_not_allowed: 'Cookies go along, but `credentials: true` is not set.',
      preflight_status: 'The preflight is not answered with success.',
      method_not_allowed: 'The preflight does not allow this method.',
      header_not_allowed: 'The preflight does not allow one of the fields.',
    },
    refusals: {
      cors_origin_not_allowed:
        'The gateway refuses the preflight: this origin is not listed in `cors`, so the request itself is never sent.',
      cors_method_not_allowed:
        'The gateway refuses the preflight: this method is not among the `methods` of `cors`, or the route does not take it.',
      cors_header_not_allowed:
        'The gateway refuses the preflight: one of these fields is not among the `headers` of `cors`.',
      cors_private_network_not_allowed:
        'The gateway refuses the preflight: no page of a public site may call into a private network.',
    },
    isOff:
      'No cors here: the gateway adds nothing, and whatever the service itself says reaches the browser.',
    spelled: (origin: string) =>
      `Browsers write this origin as ${origin}: what differs from that never arrives.`,
    dropped: (names: string) => `No script may set these, so browsers leave them out: ${names}`,
    preflight: 'Preflight (OPTIONS)',
    noPreflight: 'None: browsers send such a request at once.',
    asks: 'asks for',
    actual: 'The request itself',
    notSent: 'never sent; this is what would be answered',
    status: 'Status',
    fromService: 'what the service answers',
    noFields: 'no Access-Control or Vary field',
    exposed: 'The script may also read',
    policies: 'In the configuration',
    none: 'No route has a `cors:`: pages of other origins may read nothing.',
    noneHint: 'Put one on a route like this, or try one above first:',
    try: 'Try it',
    attachTo: 'Same policy on route',
    attachTried: 'Put the tried policy on route',
  },
  {
    simulator: 'ページからの呼び出しを試す',
    lead: 'CORSはリクエストを遮断しません。別オリジンのページが応答を読めるかどうかを決めるものです。ゲートウェイ本体と同じ処理で判定し、ブラウザーの規則で評価します。',
    subject: '対象のポリシー',
    ofRoute: (route) => `ルート${route}（現在の設定）`,
    draftOf: (route) => `ルート${route}（下書き）`,
    own: '試しに書くポリシー（YAML）',
    yaml: 'cors:',
    yamlFault: 'YAMLとして読み取れません。',
    origin: 'ページのオリジン',
    method: 'メソッド',
    headers: 'スクリプトが付けるヘッダー',
    headersHint: 'カンマ区切り。`content-type: text/plain`のように値も書けます。',
    credentials: 'Cookieを送る（`credentials: include`）',
    simulate: 'シミュレート',
    outcomes: {
      readable: 'ページは応答を読めます',
      unreadable: '送信されますが、ページは応答を読めません',
      blocked: 'ブラウザーが送信しません',
      not_sendable: 'ページからは送信できません',
    },
    reasons: {
      ok: 'ブラウザーの検査をすべて通過します。',
      forbidden_method: 'このメソッドはスクリプトから使えません。',
      origin_not_allowed:
        '応答にオリジンの許可がありません。`cors`に含まれていないオリジンです。プリフライトで止まらない限り、リクエスト自体は実行されます。',
      any_origin_with_credentials: 'Cookieを送る場合、`*`は無効です。オリジンを列挙してください。',
      origin_differs: '応答で許可されたオリジンが、ページのオリジンと異なります。',
      credentials_not_allowed: 'Cookieを送りますが、`credentials: true`が設定されていません。',
      preflight_status: 'プリフライトの応答が成功ではありません。',
      method_not_allowed: 'プリフライトでこのメソッドが許可されません。',
      header_not_allowed: 'プリフライトで許可されないヘッダーがあります。',
    },
    refusals: {
      cors_origin_not_allowed:
        'ゲートウェイがプリフライトを拒否します。このオリジンが`cors`に含まれていないため、リクエスト自体は送信されません。',
      cors_method_not_allowed:
        'ゲートウェイがプリフライトを拒否します。このメソッドが`cors`の`methods`に含まれていないか、ルートの対象外です。',
      cors_header_not_allowed:
        'ゲートウェイがプリフライトを拒否します。`cors`の`headers`に含まれていないヘッダーがあります。',
      cors_private_network_not_allowed:
        'ゲートウェイがプリフライトを拒否します。公開サイトのページからプライベートネットワークへは呼び出せません。',
    },
    isOff:
      'corsの設定がないため、ゲートウェイは何も付けません。サービス自身の応答がそのままブラウザーに届きます。',
    spelled: (origin) =>
      `ブラウザーはこのオリジンを${origin}と表記します。異なる表記が届くことはありません。`,
    dropped: (names) => `スクリプトでは設定できないため、ブラウザーが除外します：${names}`,
    preflight: 'プリフライト（OPTIONS）',
    noPreflight: 'なし（ブラウザーはすぐに本来のリクエストを送ります）',
    asks: '問い合わせる内容',
    actual: '本来のリクエスト',
    notSent: '送信されません。仮に届いた場合の応答です',
    status: 'ステータス',
    fromService: 'サービスの応答のとおり',
    noFields: 'Access-ControlとVaryのヘッダーなし',
    exposed: 'スクリプトがほかに読めるヘッダー',
    policies: '設定中のポリシー',
    none: '`cors:`のあるルートがないため、別オリジンのページは何も読めません。',
    noneHint: '次のようにルートに設定するか、先に上の欄で試してください。',
    try: '試す',
    attachTo: '同じポリシーを適用するルート',
    attachTried: '試したポリシーを適用するルート',
  },
)
