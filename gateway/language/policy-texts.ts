// What is said of `auth:`, `cors:`, `limits:` and the store when a configuration is read.

import type { Texts } from './texts.ts'

export const POLICY_TEXTS: Texts = {
  '`{}` cannot name an issuer': '`{1}` は発行者の名前に使えません',
  'use at most 63 letters, digits, `.`, `_` and `-`, a letter or digit first':
    '先頭は英数字とし、英数字、`.`、`_`、`-` で63文字以内にしてください',
  '{} is an issuer on this very machine': '{1}はこのマシン自身の発行者です',
  'name the real issuer before this goes into production':
    '本番で使う前に、実際の発行者を指定してください',
  '`{}` is not a URL': '`{1}` はURLではありません',
  'write the `iss` of its tokens, as in https://idp.example.com/':
    'https://idp.example.com/ のように、トークンの `iss` をそのまま書いてください',
  'write https://: whoever can change the answer can make tokens; http is for loopback only':
    'https:// で始めてください。応答を書き換えられる者はトークンを作れます。httpはループバックでだけ使えます',
  '{} is not an https URL': '{1}はhttpsのURLではありません',
  'the issuer carries a user name or a password':
    '発行者のURLにユーザー名またはパスワードが含まれています',
  'remove it: the issuer is public': '削除してください。発行者は公開情報です',
  '{} has a query or a fragment': '{1}にクエリまたはフラグメントがあります',
  'remove it (RFC 8414 section 2)': '削除してください（RFC 8414 第2節）',
  'write https://: whoever can change these keys can make tokens':
    'https:// で始めてください。この鍵を書き換えられる者はトークンを作れます',
  'the key file {} cannot be read': '鍵ファイル{1}を読み込めません',
  'name a readable file that holds a JWKS document':
    'JWKS文書を含む、読み取り可能なファイルを指定してください',
  'this is not a key set': 'これは鍵セットではありません',
  'write {"keys": […]} with public keys (RFC 7517)':
    '公開鍵を {"keys": […]} の形式で書いてください（RFC 7517）',
  'key {} is not used: {}': '鍵{1}は使用しません：{2}',
  'publish only public keys for signatures, RSA of at least 2048 bits':
    '署名用の公開鍵（RSAは2048ビット以上）だけを公開してください',
  'there is no usable key in the key set': '鍵セットに使用できる鍵がありません',
  'add a public RSA, EC or Ed25519 key for signatures':
    '署名用のRSA、ECまたはEd25519の公開鍵を追加してください',
  'no algorithm is listed': 'アルゴリズムが1つも書かれていません',
  'leave the key out for the defaults': '既定値を使うには、このキーを省略してください',
  'use {}': '{1}を使ってください',
  '`{}` signs with a shared secret, so that whoever can check a token can also make one':
    '`{1}` は共有鍵で署名するため、検証できる者はトークンを作ることもできます',
  '`none` means tokens without a signature, which anybody can make':
    '`none` は署名のないトークンを意味し、誰でも作れます',
  'did you mean `{}`?': '`{1}` の間違いではありませんか？',
  '`{}` is not an algorithm known here': '`{1}` は対応していないアルゴリズムです',
  '`{}` is not a duration': '`{1}` は時間の長さではありません',
  'write one like 60s': '60s のように書いてください',
  'a clock skew of {} lets expired tokens live on for that long':
    '時刻のずれを{1}まで認めると、期限切れのトークンがその間使えてしまいます',
  'write at most 10m': '10m以下にしてください',
  '`{}` is not a lifetime': '`{1}` は有効期間として使えません',
  'write a duration like 1h': '1h のような時間を指定してください',
  '{} holds no readable CA certificate': '{1}に、読み取れるCA証明書がありません',
  'name a PEM file with the CA certificates to trust':
    '信頼するCA証明書のPEMファイルを指定してください',
  'none so far': 'まだありません',
  'issuers are: {}': '発行者：{1}',
  'there is no issuer named `{}`': '`{1}` という発行者はありません',
  'list one of them: a token names its issuer by URL, so it could not be told which is meant':
    'どちらか一方だけにしてください。トークンは発行者をURLで示すため、区別できません',
  '`{}` and `{}` both stand for {}': '`{1}` と `{2}` はどちらも{3}を指しています',
  'no issuer is named': '発行者が指定されていません',
  'name at least one': '1つ以上指定してください',
  '`*` is listed beside other audiences': '`*` とほかの対象者（audience）が並んでいます',
  'write "*" alone, or remove it': '"*" だけにするか、"*" を削除してください',
  'an audience is empty': '空の対象者（audience）があります',
  'name this API as its tokens do, or write "*" for any audience':
    'トークンに書かれるこのAPIの名前、または任意の対象者を認める "*" を指定してください',
  '`{}` is not a scope': '`{1}` はスコープではありません',
  'write several scopes as a list, each without spaces or quotes':
    '複数のスコープは、空白や引用符を含めずにリストで書いてください',
  '`{}` has no value that a claim can be compared with':
    '`{1}` には、クレームと比較できる値がありません',
  'write large numbers in quotes': '大きな数は引用符で囲んでください',
  'use letters, digits and `-`, as in `x-user`':
    '`x-user` のように、英字、数字、`-` を使ってください',
  '`{}` means something to proxies and servers':
    '`{1}` はプロキシやサーバーにとって意味のあるヘッダーです',
  'choose a name of your own, as in `x-user`': '`x-user` のような独自の名前にしてください',
  '`{}` is set twice': '`{1}` が2回設定されています',
  'remove one: header names ignore case':
    'どちらかを削除してください。ヘッダー名は大文字と小文字を区別しません',
  'metadata names the issuer {}, not {}': 'メタデータの発行者が{2}ではなく{1}です',
  'metadata of {} has no https jwks_uri': '{1}のメタデータにhttpsの jwks_uri がありません',
  'neither https nor loopback': 'httpsでもループバックでもありません',
  'the answer is not JSON': '応答がJSONではありません',
  'given up': '中断しました',
  'no complete answer within {} ms': '{1}ミリ秒以内に完全な応答がありません',
  'the answer has status {}': '応答のステータスは{1}です',
  'the answer is compressed although that was not asked for':
    '要求していないのに応答が圧縮されています',
  'the answer is larger than {} bytes': '応答が{1}バイトを超えています',
  'the keys grew too old': '鍵が古くなりすぎました',
  'keys could not be stored: {}': '鍵を保存できませんでした：{1}',
  'the answer is not a key set': '応答が鍵セットではありません',
  'it is empty': '中身が空です',
  'the key set has no usable key: {}': '鍵セットに使用できる鍵がありません：{1}',
  '`cors` lists no origin': '`cors` にオリジンがありません',
  'list at least one, or remove `cors`': '1つ以上書くか、`cors` を削除してください',
  'origin `*` with `credentials: true` would let every site act as the user':
    'オリジン `*` と `credentials: true` を併用すると、どのサイトも利用者として操作できてしまいます',
  'list the origins, or remove `credentials`':
    'オリジンを列挙するか、`credentials` を削除してください',
  'origin `*` makes the other origins meaningless':
    'オリジン `*` があるため、ほかのオリジンは無意味です',
  'keep either `*` or the list': '`*` かリストのどちらかだけにしてください',
  'methods `*` is not supported': 'メソッドの `*` には対応していません',
  'list the methods pages may use': 'ページに許可するメソッドを列挙してください',
  'no page can send method `{}`': 'ページからメソッド `{1}` は送信できません',
  '`{}` is not a method': '`{1}` はメソッドではありません',
  'method `{}` is not in capitals': 'メソッド `{1}` が大文字ではありません',
  'header `*` does not work with `credentials: true`':
    'ヘッダーの `*` は `credentials: true` と併用できません',
  'list the header names': 'ヘッダー名を列挙してください',
  'write letters, digits and hyphens, as in `content-type`':
    '`content-type` のように、英字、数字、ハイフンで書いてください',
  'write a number and a unit, as in `10m`': '`10m` のように、数と単位を書いてください',
  '`{}` is longer than browsers keep a preflight answer; 2h is used':
    '`{1}` は、ブラウザーがプリフライトの応答を保持する時間より長いため、2hを使います',
  'write `2h` or less': '`2h` 以下にしてください',
  'origin `null` is what sandboxed frames of any site send':
    'オリジン `null` は、どのサイトのサンドボックス化されたフレームからも送られます',
  'list the real origins of the pages': 'ページの実際のオリジンを列挙してください',
  'origin `{}` never arrives: pages from files send `null`':
    'オリジン `{1}` は送られてきません。ファイルのページは `null` を送ります',
  'serve the page over https and list its origin':
    'ページをhttpsで提供し、そのオリジンを書いてください',
  'origin `{}` has no scheme': 'オリジン `{1}` にスキームがありません',
  'write `https://{}`': '`https://{1}` と書いてください',
  'names a user': 'ユーザー名を含んでいます',
  'holds a query or a fragment': 'クエリまたはフラグメントを含んでいます',
  'ends in a slash': 'スラッシュで終わっています',
  'holds a path': 'パスを含んでいます',
  'is not lower case': '小文字ではありません',
  'names the default port, which browsers leave out':
    'ブラウザーが省略する既定のポートを含んでいます',
  'is not how browsers spell it': 'ブラウザーでの表記と異なります',
  'has a host that ends in a dot': 'ホストがドットで終わっています',
  'origin `{}` has a `*` where none may stand': 'オリジン `{1}` の `*` の位置が正しくありません',
  'write `*` for the whole first label, with at least two labels behind it: `https://*.example.com`':
    '`*` は先頭のラベル全体に使い、その後に2つ以上のラベルを書いてください：`https://*.example.com`',
  'origin `{}` {}': 'オリジン `{1}` は{2}',
  'origin `{}` looks like a regular expression; origins are compared exactly':
    'オリジン `{1}` は正規表現のようですが、オリジンは完全一致で比較されます',
  'list the origins, or write `https://*.example.com` for every name of one label more':
    'オリジンを列挙するか、1つ下のすべての名前を指す `https://*.example.com` を書いてください',
  '`{}` is not an origin': '`{1}` はオリジンではありません',
  'write scheme, host and port only, as in `https://app.example.com`':
    '`https://app.example.com` のように、スキーム、ホスト、ポートだけを書いてください',
  'the limit store did not answer in time': '制限のストアが時間内に応答しませんでした',
  'ip, sub, issuer, route, claim:NAME and header:NAME':
    'ip、sub、issuer、route、claim:NAME、header:NAME',
  '`{}` names no {}': '`{1}` に{2w}の名前がありません',
  'write `{}:` and the name of the {}': '`{1}:` に続けて{2w}の名前を書いてください',
  'write {}': '{1w}を指定してください',
  'did you mean `{}:NAME`?': '`{1}:NAME` の間違いではありませんか？',
  '`{}` is nothing a limit can count by': '`{1}` は制限を数える単位として使えません',
  'use `rediss://` or `tls: true`, or keep the store on loopback':
    '`rediss://` または `tls: true` を使うか、ストアをループバックに置いてください',
  'the store is reached in cleartext, which `production: true` refuses':
    'ストアへの接続が平文です。`production: true` では許可されません',
  'the store is nowhere': 'ストアの場所が指定されていません',
  'the store is in several places': 'ストアの場所が複数指定されています',
  'write exactly one of `url`, `cluster` and `sentinels`':
    '`url`、`cluster`、`sentinels` のうち1つだけを書いてください',
  '`name` belongs to `sentinels`': '`name` は `sentinels` とともに使います',
  'add `name`: what they call the primary, often `mymaster`':
    '`name` を追加してください。sentinelがプライマリを呼ぶ名前です（多くは `mymaster`）',
  'the sentinels are asked for nobody': 'sentinelに問い合わせるプライマリの名前がありません',
  'write `embedded` or a URL like `redis://127.0.0.1:6379`':
    '`embedded`、または `redis://127.0.0.1:6379` のようなURLを書いてください',
  'the store is no `redis://` or `rediss://` URL':
    'ストアのURLが `redis://` でも `rediss://` でもありません',
  'behind the address the URL of a store has at most a database number':
    'ストアのURLのアドレスの後に書けるのは、データベース番号だけです',
  '`{}` is no address of a server': '`{1}` はサーバーのアドレスではありません',
  'write `host:port`': '`host:port` の形式で書いてください',
  '`{}` means TLS': '`{1}` はTLSを意味します',
  'remove `tls: false`, or write `redis://`':
    '`tls: false` を削除するか、`redis://` と書いてください',
  'can not read {}': '{1}を読み込めません',
  '{} holds no certificate': '{1}に証明書がありません',
  'name a file of CA certificates (PEM)': 'CA証明書のファイル（PEM）を指定してください',
  'limit `{}` stands here twice': '制限 `{1}` がここに2回書かれています',
  'limit `{}` says something else on another route':
    '制限 `{1}` の内容が、別のルートでの内容と異なります',
  'write the same on every route, or give this one another name':
    'すべてのルートで同じ内容にするか、別の名前を付けてください',
  'write at most {}, or raise the limit': '{1}以下にするか、制限を緩めてください',
  'a request that costs {} would never pass': 'コストが{1}のリクエストは決して通りません',
  'route {} {}': 'ルート{1} {2}',
  'name {}': '名前{1}',
  '`{}` does not say per what': '`{1}` に、何ごとに数えるかが書かれていません',
  'write `{} per sub`': '`{1} per sub` と書いてください',
  'write at most {}': '{1}以下にしてください',
  'a burst of {} would take more than a year to come back':
    'バースト{1}は、回復するのに1年以上かかります',
  'write `mode: exact`, or a larger burst': '`mode: exact` にするか、バーストを大きくしてください',
  'of a burst of 1 nothing can be held in advance': 'バーストが1では、前もって確保できません',
  'before tokens are checked': '（トークンの検証より前のため）',
  'on a public route': '（公開ルートのため）',
  'remove `stage: before-auth`, or count per ip':
    '`stage: before-auth` を削除するか、ipごとに数えてください',
  'count per ip, or give the route an `auth:`':
    'ipごとに数えるか、ルートに `auth:` を追加してください',
  'nobody knows `{}` {}': '`{1}` は分かりません{2}',
  'nobody knows the claim `{}` {}': 'クレーム `{1}` は分かりません{2}',
  'write a rate': 'レートを指定してください',
  'nobody is authenticated {}': '認証された呼び出し元はいません{1}',
  'write `always` or `never`': '`always` または `never` を指定してください',
  'a caller that changes the header each time is never limited by `{}`':
    'ヘッダーを毎回変える呼び出し元は、`{1}` では制限されません',
  'add a limit that does not count per header, such as `100/s per ip`':
    '`100/s per ip` のように、ヘッダーに依存しない制限を追加してください',
  'claim:{} or {}': 'claim:{1}または{2}',
  '{} per {}{}': '{1} per {2}{3}',
  'at most {} in any {} s': '任意の{2}秒間に{1}以下',
  'at most {} + {} × t in any interval t': '任意の時間tに{1}＋{2}×t以下',
  'write a whole number and a unit, as in `100/min`; units are s, min, h and d':
    '`100/min` のように、整数と単位を書いてください。単位は s、min、h、d です',
  '`{}` is not a rate': '`{1}` はレートではありません',
  'units are s, min, h and d': '単位は s、min、h、d です',
  'write `{}/{}`': '`{1}/{2}` と書いてください',
  '`{}` is not a unit of time': '`{1}` は時間の単位ではありません',
  '`{}` would refuse every request': '`{1}` はすべてのリクエストを拒否します',
  'write at least 1': '1以上にしてください',
  '`{}` is more than can be counted': '`{1}` は数えられる上限を超えています',
  'a cluster is not one server': 'クラスターは単独のサーバーではありません',
}
