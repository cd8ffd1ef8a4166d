// What is said of the file as a whole, its listeners, services, mesh and certificates.

import type { Texts } from './texts.ts'

export const CONFIG_TEXTS: Texts = {
  'the file is not ours to write: {}': 'このファイルには書き込めません：{1}',
  '`{}` is not a directory that can be believed': '`{1}` は信頼できるディレクトリではありません',
  'write https://HOST/…': 'https://HOST/… と書いてください',
  'name each host, or upload a certificate for the wildcard':
    'ホスト名を個々に書くか、ワイルドカードの証明書をアップロードしてください',
  'no certificate for `{}` can be had this way': 'この方法では `{1}` の証明書を取得できません',
  'write it as in DNS, international ones as xn--…':
    'DNSでの表記（国際化ドメイン名は xn--…）で書いてください',
  '`{}` is named twice': '`{1}` が2回書かれています',
  'name it once': '1回だけ書いてください',
  'name a PEM file with the CAs that the directory is verified by':
    'ディレクトリの検証に使うCAのPEMファイルを指定してください',
  'it holds no certificate': '証明書がありません',
  'cannot use {}: {}': '{1}を使用できません：{2}',
  'write an address and a port: 127.0.0.1:9443 or [::]:9443':
    '127.0.0.1:9443 または [::]:9443 のように、アドレスとポートを指定してください',
  'the console would be served with a generated certificate':
    'このままではコンソールが自動生成の証明書で公開されます',
  'add `tls: { cert: FILE, key: FILE }`': '`tls: { cert: FILE, key: FILE }` を追加してください',
  'the console listens on every address and may be reached under loopback names only':
    'コンソールはすべてのアドレスで待ち受けますが、ループバックの名前でしか開けません',
  'name it in `hosts:`, like [gateway.example.com]':
    '[gateway.example.com] のように、名前を `hosts:` に書いてください',
  '`{}` is not the URL of an identity provider': '`{1}` はIDプロバイダーのURLではありません',
  'write https://HOST/ as in its `iss`': '`iss` のとおりに https://HOST/ と書いてください',
  'name a file of certificates (PEM)': '証明書のファイル（PEM）を指定してください',
  'put {} first, then each certificate after the one it issued':
    '{1}を先頭にし、その後は発行された側から発行した側の順に証明書を並べてください',
  '{}: the chain is in the wrong order': '{1}：チェーンの順序が正しくありません',
  'no key belongs to the certificate in {}': '{1}の証明書に対応する鍵がありません',
  'put its private key beside it': '対応する秘密鍵を同じ場所に置いてください',
  '{} and {} do not belong together': '{1}と{2}は対になっていません',
  'replace one with its partner': 'どちらかを、対になるものに差し替えてください',
  'add its certificate or remove the key': '対応する証明書を追加するか、鍵を削除してください',
  'no certificate belongs to the key in {}': '{1}の鍵に対応する証明書がありません',
  'serial {}': 'シリアル番号{1}',
  '`{}` and `{}` listen on the same address': '`{1}` と `{2}` が同じアドレスで待ち受けています',
  'give each listener a port of its own': 'リスナーごとに別のポートを指定してください',
  'a mesh door of egress needs a mesh': 'egressのメッシュ側の入口にはメッシュが必要です',
  'add `mesh: { trustDomain: example.internal }`, or remove it':
    '`mesh: { trustDomain: example.internal }` を追加するか、削除してください',
  'service `{}` is of the mesh, and there is no `mesh:`':
    'サービス `{1}` はメッシュのものですが、`mesh:` がありません',
  'add `mesh: { trustDomain: example.internal }`, or write `endpoints:`':
    '`mesh: { trustDomain: example.internal }` を追加するか、`endpoints:` を書いてください',
  'service `{}` is not used by any route': 'サービス `{1}` を使うルートがありません',
  'send a route to it, or remove it': 'ルートの転送先にするか、削除してください',
  'two {}s are named `{}`': '`{2}` という{1w}が2つあります',
  'a tab indents this line': 'この行はタブで字下げされています',
  'indent with spaces': '空白で字下げしてください',
  'a second document begins here': 'ここから2つ目の文書が始まっています',
  'keep one document in the file; remove `---`':
    '1ファイルに1文書だけにし、`---` を削除してください',
  'there is a second `:` in this line': 'この行に2つ目の `:` があります',
  'put the value in quotes, or begin a new line': '値を引用符で囲むか、改行してください',
  'the file cannot be read: {}': 'ファイルを読み取れません：{1}',
  'write it with less nesting': '入れ子を浅くしてください',
  'write it out plainly': '省略せずに書いてください',
  'key `{}` is written twice': 'キー `{1}` が2回書かれています',
  'remove one': 'どちらかを削除してください',
  'not valid YAML: {}': 'YAMLとして正しくありません：{1}',
  'look at the quotes, brackets and indentation here and just before':
    'この場所と直前の、引用符、かっこ、字下げを確認してください',
  'the file asks for another YAML than 1.2': 'このファイルはYAML 1.2以外の版を指定しています',
  'remove the %YAML line': '%YAML の行を削除してください',
  'the file': 'ファイル',
  '{} cannot be edited by a program: edit the file by hand':
    '{1}はプログラムでは編集できません。ファイルを直接編集してください',
  '`{}` is the metadata service of a cloud, which gives this machine’s own credentials away':
    '`{1}` はクラウドのメタデータサービスです。このマシン自身の認証情報を渡してしまいます',
  'name the service that is meant': '本来の転送先のサービスを指定してください',
  '{} is our own console, which is never served by a port for traffic':
    '{1}はこのゲートウェイのコンソールです。通常の通信用のポートでは提供できません',
  'let people reach it where `admin.bind` says':
    '利用者には `admin.bind` のアドレスで開いてもらってください',
  'export traces': 'トレースの出力',
  'mirror requests': 'リクエストの複製',
  'probe the health of endpoints': 'エンドポイントのヘルスチェック',
  'unknown key `{}`: this version does not {} yet':
    '不明なキー `{1}`：このバージョンは{2}にまだ対応していません',
  'remove it until a version that does': '対応するバージョンになるまで削除してください',
  '1KiB to 1MiB': '1KiB～1MiB',
  '1B to 1024GiB, or `unlimited`': '1B～1024GiB、または `unlimited`',
  '1B to 1GiB': '1B～1GiB',
  'remove `http2`, or give the listener certificates':
    '`http2` を削除するか、リスナーに証明書を指定してください',
  'HTTP/2 is offered over TLS only': 'HTTP/2はTLSでのみ提供できます',
  'listener `{}` serves plain HTTP beyond this machine':
    'リスナー `{1}` は、このマシンの外にも平文のHTTPで提供します',
  'write `tls: { certs: FOLDER }`, or bind to 127.0.0.1':
    '`tls: { certs: FOLDER }` と書くか、127.0.0.1で待ち受けてください',
  'write 1ms to 24h': '1ms～24hで指定してください',
  'write an address and a port: 0.0.0.0:8443, 127.0.0.1:8443 or [::]:8443':
    '0.0.0.0:8443、127.0.0.1:8443、[::]:8443 のようにアドレスとポートを指定してください',
  '{} is not a port': '{1}はポートではありません',
  '`{}` is not an IPv6 address': '`{1}` はIPv6アドレスではありません',
  'the address is missing': 'アドレスがありません',
  '`{}` is not an address': '`{1}` はアドレスではありません',
  '`clientAuth: {}` needs `clientCa`': '`clientAuth: {1}` には `clientCa` が必要です',
  'add `clientCa: FILE` with the CAs that client certificates must come from':
    'クライアント証明書を発行するCAを `clientCa: FILE` で追加してください',
  'begin with `listeners:` and `routes:`': '`listeners:` と `routes:` から書き始めてください',
  'the file is empty': 'ファイルが空です',
  'there are {} more problems': 'ほかに{1}件の問題があります',
  'mend these first': '先にこれらを直してください',
  'cannot read {}: {}': '{1}を読み込めません：{2}',
  'name a readable file of at most 32 MiB': '読み取り可能な32MiB以下のファイルを指定してください',
  'was not read with the configuration': '設定とともに読み込まれていません',
  'there is no such file or folder': 'ファイルまたはフォルダーがありません',
  'permission denied': 'アクセス権がありません',
  'it is a folder': 'フォルダーです',
  'it is not a folder': 'フォルダーではありません',
  'this rule about `{}` is written twice': '`{1}` に関するこのルールが2回書かれています',
  '`{}` is the gateway itself, which no rule opens':
    '`{1}` はゲートウェイ自身です。ルールで開放することはできません',
  'name a service of the mesh': 'メッシュのサービスを指定してください',
  'add it to `services:` with `mesh: true`': '`services:` に `mesh: true` で追加してください',
  'no service is named `{}`': '`{1}` という名前のサービスはありません',
  '`{}` matches no request': '`{1}` に一致するリクエストはありません',
  'write `{}*`': '`{1}*` と書いてください',
  'write a path like `/orders`, or `/orders/*` for everything below it':
    '`/orders`、またはそれより下のすべてを指す `/orders/*` のように書いてください',
  'no rule of `mesh.authorize` lets the edge call `{}`':
    'edgeから `{1}` の呼び出しを許可するルールが `mesh.authorize` にありません',
  'add { to: {}, from: [edge] } there': '{ to: {1}, from: [edge] } を追加してください',
  'write an address and a port: 0.0.0.0:15012, 127.0.0.1:15012 or [::]:15012':
    '0.0.0.0:15012、127.0.0.1:15012、[::]:15012 のようにアドレスとポートを指定してください',
  'the mesh would use a development CA, which `production: true` refuses':
    'このままではメッシュが開発用の認証局を使います。`production: true` では許可されません',
  'add `ca: { cert: FILE, key: FILE, chain: FILE }`':
    '`ca: { cert: FILE, key: FILE, chain: FILE }` を追加してください',
  '{} holds a certificate that is no CA': '{1}に、CAではない証明書があります',
  'name certificates with CA:TRUE': 'CA:TRUE の証明書を指定してください',
  'the chain does not end in a trust anchor': 'チェーンがトラストアンカーまで続いていません',
  'name in `chain` every certificate above `cert`, the self-signed one last':
    '`chain` に、`cert` より上位の証明書をすべて、自己署名のものを最後にして指定してください',
  'write 10s to 24h': '10s～24hで指定してください',
  'name an issuer of `issuers:`': '`issuers:` の発行者を指定してください',
  'no issuer is named `{}`': '`{1}` という名前の発行者はありません',
  '`{}` is an identity of the gateway itself': '`{1}` はゲートウェイ自身のIDです',
  'name a service of your own': '自分のサービスを指定してください',
  'its private key is encrypted': '秘密鍵が暗号化されています',
  'private key': '秘密鍵',
  'its {} cannot be read ({})': '{1w}を読み取れません（{2}）',
  'a block in it is not complete': '途中で途切れているブロックがあります',
  'there is no listener named `{}`': '`{1}` という名前のリスナーはありません',
  'listeners are: {}': 'リスナー：{1}',
  '{} is written in the file': '{1}がファイルに直接書かれています',
  'write `${env:NAME}` or `${file:path}` instead':
    '代わりに `${env:NAME}` または `${file:path}` と書いてください',
  'a private key': '秘密鍵',
  '{} (in {})': '{1}（{2}内）',
  'write `${env:NAME}` or `${file:path}`': '`${env:NAME}` または `${file:path}` と書いてください',
  '`{}` is not closed': '`{1}` が閉じられていません',
  'not set': '設定されていません',
  'environment variable {} is {}': '環境変数{1}は{2w}',
  'set it, then start again': '設定してから、もう一度起動してください',
  'paths begin at the folder of this file': 'パスはこのファイルのフォルダーを起点とします',
  'cannot read file {}: {}': 'ファイル{1}を読み込めません：{2}',
  'file {} is empty': 'ファイル{1}が空です',
  'put the value into it': '値を書き込んでください',
  '`${{}}` is not understood': '`${{1}}` を解釈できません',
  'route `{}` is never reached: `{}` gets all of its requests':
    'ルート `{1}` は使われません。そのリクエストはすべて `{2}` が受け取ります',
  'remove it, or make its match more specific': '削除するか、条件（match）をより限定してください',
  'remove one, and give the other its weight':
    'どちらかを削除し、その重みを残すほうに加えてください',
  'every weight is 0: no request would be served':
    'すべての重みが0のため、リクエストを処理できません',
  'give one of them a weight above 0': 'いずれかの重みを0より大きくしてください',
  'there is no service named `{}`': '`{1}` という名前のサービスはありません',
  'a URL begins with http:// or https://: http://{}':
    'URLは http:// または https:// で始まります：http://{1}',
  'add it under `services:`, or write a URL': '`services:` に追加するか、URLを書いてください',
  'services are: {}': 'サービス：{1}',
  'cannot read folder {}: {}': 'フォルダー{1}を読み込めません：{2}',
  'name a folder with certificates': '証明書のあるフォルダーを指定してください',
  'folder {} holds no certificate to serve': 'フォルダー{1}に、使用できる証明書がありません',
  'put a .crt and its .key file there (PEM)':
    '.crtファイルと対応する.keyファイル（PEM）を置いてください',
  'name a PEM file with the certificates of the CAs that issue client certificates':
    'クライアント証明書を発行するCAの証明書を含むPEMファイルを指定してください',
  '{}: {} is not a CA (it lacks CA:TRUE)': '{1}：{2}はCAではありません（CA:TRUE がありません）',
  '{}: {} expired on {}': '{1}：{2}は{3}に期限が切れました',
  'replace it; no client that depends on it gets in':
    '差し替えてください。これに依存するクライアントは接続できません',
  'make it readable, or take it out of there': '読み取れるようにするか、そこから取り除いてください',
  'store the key without a passphrase, readable by the gateway alone':
    '鍵はパスフレーズなしで、ゲートウェイだけが読めるように保存してください',
  'write the file again, as PEM': 'PEM形式でファイルを書き直してください',
  '{} holds no certificate and no key': '{1}に証明書も鍵もありません',
  'take it out of there, or write it as PEM': 'そこから取り除くか、PEM形式で書いてください',
  'issue it again with DNS or IP subject alternative names; the common name is not used':
    'DNSまたはIPのサブジェクト代替名を付けて再発行してください。コモンネームは使われません',
  'the certificate names no host': '証明書にホスト名がありません',
  'the key of {} is weak (RSA {})': '{1}の鍵が弱すぎます（RSA {2}）',
  'use P-256 or RSA 2048': 'P-256またはRSA 2048ビットを使ってください',
  '{} was not issued by {}, which follows it': '{1}は、その次にある{2}が発行したものではありません',
  'put the leaf first, then each certificate after the one it issued, and nothing else':
    'リーフを先頭に、発行された側から発行した側の順に証明書だけを並べてください',
  'the certificate comes from a development authority': '開発用の認証局の証明書です',
  'use one of your own CA': '自社の認証局の証明書を使ってください',
  '{}: the certificate of the issuer ({}) is not in the file':
    '{1}：発行者（{2}）の証明書がファイルにありません',
  'add it behind the leaf, or some clients will refuse':
    'リーフの後ろに追加してください。一部のクライアントに拒否されます',
  '{} expires in {} day': '{1}はあと{2}日で期限切れになります',
  '{} expires in {} days': '{1}はあと{2}日で期限切れになります',
  'renew it; the folder is watched':
    '更新してください。フォルダーは監視しているため、再起動は不要です',
  'remove it; another one serves its names':
    '削除してください。その名前は別の証明書で提供しています',
  'replace it': '差し替えてください',
  'is not valid before {}': '{1}より前は無効です',
  'expired on {}': '{1}に期限が切れました',
  'it is not a regular file': '通常のファイルではありません',
  'it is larger than {} bytes': '{1}バイトを超えています',
  'it is not UTF-8 text': 'UTF-8のテキストではありません',
  'this is nested deeper than {} levels': '入れ子が{1}段を超えています',
  'aliases grow this file to more than {} values':
    'エイリアスによって、このファイルの値が{1}個を超えます',
  'nothing is named `&{}` before': 'これより前に `&{1}` という名前はありません',
  'it has more than {} entries': '項目が{1}個を超えています',
}
