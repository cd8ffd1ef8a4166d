// What is said of routes, of endpoints, and of values that are not what their key takes.

import type { Texts } from './texts.ts'

export const ROUTE_TEXTS: Texts = {
  'match `{}` names a scheme': 'match `{1}` にスキームが含まれています',
  '`rewrite` has no fixed prefix to replace in `{}`':
    '`{1}` には、`rewrite` で置き換える固定の先頭部分がありません',
  'match a path of fixed segments that ends in `/*`, or remove `rewrite`':
    '固定のセグメントで `/*` で終わるパスにするか、`rewrite` を削除してください',
  'method `{}` is never let through': 'メソッド `{1}` は通過できません',
  'remove it; the gateway answers {} itself':
    '削除してください。{1}にはゲートウェイ自身が応答します',
  'header `{}` is named twice': 'ヘッダー `{1}` が2回書かれています',
  'keep one of them': 'どちらかだけを残してください',
  '`{}` is not an address or a range': '`{1}` はアドレスでも範囲でもありません',
  'write an address or a range such as `10.0.0.0/8` or `2001:db8::/32`':
    'アドレス、または `10.0.0.0/8`、`2001:db8::/32` のような範囲を指定してください',
  '`{}` is empty, so the route would match nothing': '`{1}` が空のため、ルートは何にも一致しません',
  'list at least one, or remove `{}` to match all':
    '1つ以上書くか、`{1}` を削除してすべてに一致させてください',
  '{} `{}` is listed twice': '{1w} `{2}` が2回書かれています',
  '`{}…` has {} characters': '`{1}…` は{2}文字あります',
  'write a header name of at most {}': '{1}文字以内のヘッダー名にしてください',
  "header `{}` is the gateway's own": 'ヘッダー `{1}` はゲートウェイ自身のものです',
  'remove it; the gateway sets or strips this field itself':
    '削除してください。このフィールドはゲートウェイが設定または除去します',
  'header `{}` has an underscore, and the gateway drops such fields':
    'ヘッダー `{1}` に下線があります。ゲートウェイはこのようなフィールドを破棄します',
  'write letters, digits and hyphens, as in `x-tenant`':
    '`x-tenant` のように、英字、数字、ハイフンで書いてください',
  'the value of header `{}` is not one line of visible ASCII':
    'ヘッダー `{1}` の値が、1行の表示可能なASCII文字ではありません',
  'remove line breaks, control characters and spaces at either end; encode other text':
    '改行、制御文字、前後の空白を除き、ほかの文字はエンコードしてください',
  'header `{}` belongs to the CORS policy': 'ヘッダー `{1}` はCORSポリシーのものです',
  "write the route's `cors:` instead": '代わりにルートの `cors:` を書いてください',
  'header `vary` is merged, never replaced': 'ヘッダー `vary` は追加のみで、置き換えられません',
  'remove it; caches would mix up the answers for different callers':
    '削除してください。キャッシュが呼び出し元ごとの応答を取り違えます',
  'the host is empty': 'ホストが空です',
  'write a host name, or `*`': 'ホスト名または `*` を書いてください',
  'host `{}` holds more than a name': 'ホスト `{1}` に名前以外のものが含まれています',
  'write only the host name': 'ホスト名だけを書いてください',
  'host `{}` is not an IPv6 address': 'ホスト `{1}` はIPv6アドレスではありません',
  'write it like `[2001:db8::1]`, without a zone':
    '`[2001:db8::1]` のように、ゾーンを付けずに書いてください',
  'host `{}` is not how requests spell that address':
    'ホスト `{1}` はリクエストでのアドレスの表記と異なります',
  'host `{}` ends in a dot': 'ホスト `{1}` がドットで終わっています',
  'host `{}` has a `*` that is not a whole first label':
    'ホスト `{1}` の `*` は、先頭のラベル全体ではありません',
  'host `{}` is not lower case': 'ホスト `{1}` が小文字ではありません',
  'write `*.{}`': '`*.{1}` と書いてください',
  'host `{}` is not how requests spell that name':
    'ホスト `{1}` はリクエストでの名前の表記と異なります',
  'host `{}` names a port': 'ホスト `{1}` にポートが含まれています',
  "write `{}`; the port is the listener's, a route serves every port of its listeners":
    '`{1}` と書いてください。ポートはリスナーのもので、ルートはそのリスナーのすべてのポートで提供されます',
  'path `{}` has {} segments': 'パス `{1}` は{2}セグメントあります',
  'write at most {} segments, and `/*` for the rest':
    '{1}セグメント以内にし、残りは `/*` で書いてください',
  'prefix `{}` holds `*` or a parameter':
    'プレフィックス `{1}` に `*` またはパラメーターがあります',
  'write a fixed path; what `*` stood for is appended':
    '固定のパスを書いてください。`*` に当たる部分はその後に付きます',
  'prefix `{}` ends in a slash': 'プレフィックス `{1}` がスラッシュで終わっています',
  'path `{}` does not start with a slash': 'パス `{1}` がスラッシュで始まっていません',
  'write `/{}`': '`/{1}` と書いてください',
  'path `{}` holds a query or a fragment': 'パス `{1}` にクエリまたはフラグメントがあります',
  'write only the path; query parameters belong in `query`':
    'パスだけを書いてください。クエリパラメーターは `query` に書きます',
  'path `{}` can never be requested ({})': 'パス `{1}` はリクエストできません（{2}）',
  'write the path as it looks after decoding, without `.` and `..` segments':
    '`.` や `..` のセグメントを使わず、デコード後のパスを書いてください',
  'path `{}` is not how requests spell it': 'パス `{1}` はリクエストでの表記と異なります',
  'path `{}` has a `*` that is not its whole last segment':
    'パス `{1}` の `*` は、最後のセグメント全体ではありません',
  'write `/*` at the end for everything below, or `{name}` for one segment':
    'それより下のすべてなら末尾に `/*`、1セグメントなら `{name}` と書いてください',
  'path `{}` has a segment `{}` that is neither fixed nor a parameter':
    'パス `{1}` のセグメント `{2}` は、固定の文字列でもパラメーターでもありません',
  'a parameter is a whole segment `{name}` of letters, digits and `_`':
    'パラメーターは、英数字と `_` による `{name}` の形で1セグメント全体に書きます',
  'path `{}` names the parameter `{}` twice': 'パス `{1}` にパラメーター `{2}` が2回あります',
  'give each parameter its own name': 'パラメーターごとに別の名前を付けてください',
  'add `{}`: {}': '`{1}` を追加してください：{2w}',
  'missing key `{}`': 'キー `{1}` がありません',
  'of the form that belongs here': 'ここに必要な形式',
  '{} is not {}': '{1}は{2w}ではありません',
  'this is empty': '空です',
  'this has {} {}': '{1}{2}あります',
  'write {} {}': '{1}{2}にしてください',
  'at most {}': '最大{1}',
  'at least {}': '最小{1}',
  '{} to {}': '{1}～{2}',
  'unknown key {}; did you mean `{}`?': '不明なキー{1}です。`{2}` の間違いではありませんか？',
  'rename it to `{}`': '`{1}` に直してください',
  'write letters, digits, `-`, `_` and `.`, beginning with a letter or digit':
    '先頭は英数字とし、英数字、`-`、`_`、`.` で書いてください',
  '{} cannot be used as a name here': '{1}は、ここでは名前に使えません',
  'unknown key {}': '不明なキー{1}です',
  'remove it; the keys here are {}': '削除してください。ここで使えるキー：{1}',
  'expected {}, got {}': '{1w}が必要ですが、{2w}が指定されています',
  'write {}, or remove the key': '{1w}を書くか、このキーを削除してください',
  'write `true`': '`true` と書いてください',
  'write `false`': '`false` と書いてください',
  'remove the quotes': '引用符を外してください',
  'add the unit, for example `{}s`': '`{1}s` のように単位を付けてください',
  'add the unit, for example `{}KiB`': '`{1}KiB` のように単位を付けてください',
  'put it in quotes: "{}"': '引用符で囲んでください："{1}"',
  'a duration like `250ms`, `15s` or `1h`': '`250ms`、`15s`、`1h` のような時間',
  'a size like `16KiB` or `10MiB`': '`16KiB` や `10MiB` のようなサイズ',
  'keys with values': 'キーと値の組',
  '`true` or `false`': '`true` または `false`',
  'a whole number': '整数',
  '{} is reached in cleartext over the network': '{1}にはネットワーク越しに平文で接続します',
  'use https://, or run the service behind a sidecar on this machine':
    'https:// を使うか、このマシンのサイドカーの背後でサービスを動かしてください',
  'write http://HOST:PORT or https://HOST:PORT':
    'http://HOST:PORT または https://HOST:PORT と書いてください',
  'endpoints can not speak `{}`': 'エンドポイントでは `{1}` を使えません',
  'use http:// or https://': 'http:// または https:// を使ってください',
  'an endpoint can not carry a user name or password':
    'エンドポイントにユーザー名やパスワードは書けません',
  'remove what stands before the `@`, and set an authorization header on the route':
    '`@` より前を削除し、ルートで authorization ヘッダーを設定してください',
  'an endpoint can not have a path (`{}`)': 'エンドポイントにパス（`{1}`）は書けません',
  "write {}, and use the route's `rewrite` for the path":
    '{1}と書き、パスはルートの `rewrite` で指定してください',
  'an endpoint can not have a query or fragment':
    'エンドポイントにクエリやフラグメントは書けません',
  'use a port from 1 to 65535': '1～65535のポートを使ってください',
  '`{}` is not written the way it is looked up': '`{1}` は検索に使う表記と異なります',
  '`{}` is not a host': '`{1}` はホストではありません',
  'use a DNS name, an IPv4 address, or an IPv6 address in brackets, then an optional :PORT':
    'DNS名、IPv4アドレス、またはかっこで囲んだIPv6アドレスと、必要なら :PORT を書いてください',
  '{} is listed twice': '{1}が2回書かれています',
  'check the path and who may read it': 'パスと、読み取り権限を確認してください',
  '{} holds no usable PEM certificate': '{1}に、使用できるPEM証明書がありません',
  'give a PEM file of CA certificates': 'CA証明書のPEMファイルを指定してください',
  '`cert` and `key` belong together': '`cert` と `key` は両方必要です',
  'give both, or neither': '両方を書くか、どちらも書かないでください',
  '{} and {} do not fit: {}': '{1}と{2}は対になっていません：{3}',
  'give the key the certificate was made for': '証明書に対応する鍵を指定してください',
  '`{}` is not a DNS name': '`{1}` はDNS名ではありません',
  'give the DNS name the certificate carries': '証明書に書かれたDNS名を指定してください',
  'service `{}` has `tls` but no https:// endpoint, so it is not used':
    'サービス `{1}` に `tls` がありますが、https:// のエンドポイントがないため使われません',
  'write the endpoints as https://, or remove `tls`':
    'エンドポイントを https:// で書くか、`tls` を削除してください',
  'service `{}` has one endpoint, so `{}` is not used':
    'サービス `{1}` のエンドポイントは1つのため、`{2}` は使われません',
  'list more endpoints, or remove `{}`': 'エンドポイントを追加するか、`{1}` を削除してください',
  'remove one of them; to send an endpoint more traffic use weights on the route':
    'どちらかを削除してください。特定のエンドポイントへの割合を増やすには、ルートの重みを使います',
  'the service has no endpoint': 'サービスにエンドポイントがありません',
  'list at least one http://HOST:PORT': 'http://HOST:PORT を1つ以上書いてください',
  '`{}` is not a duration above zero': '`{1}` は0より長い時間ではありません',
  'write for example 500ms, 5s or 1m': '500ms、5s、1m のように書いてください',
}
