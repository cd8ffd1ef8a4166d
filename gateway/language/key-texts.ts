// What values of the configuration are called, and its keys up to a route explained.

import type { Texts } from './texts.ts'

export const KEY_TEXTS: Texts = {
  'a store': 'ストア',
  'a list': 'リスト',
  'a file': 'ファイル',
  'a prefix of letters, digits, `-`, `_` and `.`':
    '英字、数字、`-`、`_`、`.` からなるプレフィックス',
  'a name': '名前',
  'an address with a port, like `0.0.0.0:8443`': '`0.0.0.0:8443` のようなアドレスとポート',
  'a folder': 'フォルダー',
  'the URL of a directory': 'ディレクトリのURL',
  'a mail address': 'メールアドレス',
  'a host name': 'ホスト名',
  'a URL': 'URL',
  'a key set': '鍵セット',
  'a value': '値',
  'a service name': 'サービス名',
  'the name of an issuer': '発行者の名前',
  'a list of those': 'そのリスト',
  'an audience': '対象者（audience）',
  'a scope': 'スコープ',
  'a number': '数',
  'the name of a claim': 'クレームの名前',
  'a limit like `100/min per sub`': '`100/min per sub` のような制限',
  'a rate like `100/min`': '`100/min` のようなレート',
  'a percentage like `20%`': '`20%` のような割合',
  'an address with a port, like `127.0.0.1:3128`': '`127.0.0.1:3128` のようなアドレスとポート',
  'a secret': '秘密情報',
  'a host like `api.example.com:443`': '`api.example.com:443` のようなホスト',
  'an address like `10.0.0.2:53`': '`10.0.0.2:53` のようなアドレス',
  'a trust domain like `example.internal`': '`example.internal` のような信頼ドメイン',
  'an address with a port, like `0.0.0.0:15012`': '`0.0.0.0:15012` のようなアドレスとポート',
  'a method in capitals': '大文字のメソッド',
  'a path': 'パス',
  'an address with a port, like `127.0.0.1:9443`': '`127.0.0.1:9443` のようなアドレスとポート',
  'a percentage like `1%`': '`1%` のような割合',
  'an address and a port': 'アドレスとポート',
  'a method': 'メソッド',
  'version of this file format: 1': 'このファイル形式のバージョン：1',
  'true refuses plaintext off loopback, development certificates and secrets in the file; default false':
    'trueにすると、ループバック以外での平文、開発用の証明書、ファイルに直接書いた秘密情報を拒否します。既定はfalse',
  'processes that serve requests: `auto` (one for each core) or 1 to 64':
    'リクエストを処理するプロセスの数：`auto`（コアごとに1つ）または1～64',
  'folder for what the gateway must remember, from the folder of this file; default ./data':
    'ゲートウェイがデータを保存するフォルダー（このファイルのフォルダーを起点とする）。既定は ./data',
  'where nodes share their state: `embedded` (default, this node alone), `redis://host:6379`, `rediss://…`, {cluster: [host:port]} or {sentinels: [host:port], name: main}':
    'ノードが状態を共有する場所：`embedded`（既定、このノードだけ）、`redis://host:6379`、`rediss://…`、{cluster: [host:port]}、{sentinels: [host:port], name: main}',
  'one server: `redis://host:6379`': '単独のサーバー：`redis://host:6379`',
  'nodes of a cluster, any of them': 'クラスターのいずれかのノード',
  'the sentinels that know the primary': 'プライマリを知っているsentinel',
  'the name under which the sentinels know the primary': 'sentinelがプライマリを呼ぶ名前',
  'ACL user. Default: the default user': 'ACLのユーザー。既定はデフォルトユーザー',
  'its password, as `${env:NAME}` or `${file:path}`. Default: none':
    'パスワード（`${env:NAME}` または `${file:path}`）。既定はなし',
  'true, or how TLS is verified. Default: TLS for `rediss://`, else cleartext':
    'true、またはTLSの検証方法。既定では `rediss://` ならTLS、それ以外は平文',
  'file of CA certificates (PEM) that the servers are verified by. Default: the system trust store':
    'サーバーの検証に使うCA証明書のファイル（PEM）。既定はシステムのトラストストア',
  'the name that their certificates must carry. Default: the host':
    'サーバーの証明書に書かれているべき名前。既定はホスト名',
  'every key in the store begins with it. Default `sallyport`':
    'ストア内のすべてのキーの先頭に付ける文字列。既定は `sallyport`',
  'the addresses that are listened on; at least one': '待ち受けるアドレス（1つ以上）',
  'one address that is listened on': '待ち受けるアドレス1つ',
  'unique name of the listener': 'リスナーの一意な名前',
  'address and port: `0.0.0.0:8443`, `[::]:8443`; default 127.0.0.1:8443':
    'アドレスとポート：`0.0.0.0:8443`、`[::]:8443`。既定は 127.0.0.1:8443',
  'certificates ({certs: FOLDER}), or `off` to serve plain HTTP':
    '証明書（{certs: FOLDER}）、または平文のHTTPで提供する `off`',
  'folder of certificates and keys (PEM); picked by server name, watched':
    '証明書と鍵（PEM）のフォルダー。サーバー名で選ばれ、変更は監視されます',
  'oldest TLS version accepted: TLSv1.2 (default) or TLSv1.3':
    '受け付ける最も古いTLSのバージョン：TLSv1.2（既定）または TLSv1.3',
  'file of the CAs (PEM) that client certificates must come from':
    'クライアント証明書の発行元であるべきCAのファイル（PEM）',
  'client certificates: `none`, `optional` or `required`; default required with clientCa, else none':
    'クライアント証明書：`none`、`optional`、`required`。既定は、clientCa があれば required、なければ none',
  'certificates that an authority issues and renews by itself (ACME). It asks this listener on port 443 of every name':
    '認証局が自動で発行・更新する証明書（ACME）。認証局は各名前のポート443で、このリスナーに確認します',
  'directory of the authority, like https://acme-v02.api.letsencrypt.org/directory':
    '認証局のディレクトリ（例：https://acme-v02.api.letsencrypt.org/directory）',
  'where the authority reaches whoever is responsible': '認証局からの責任者の連絡先',
  'host names of the one certificate, the first in front; no wildcards':
    '1枚の証明書に入れるホスト名（先頭が代表、ワイルドカードは不可）',
  'a host': 'ホスト',
  'CAs (PEM) that the directory itself is verified by; default: the system’s':
    'ディレクトリ自体の検証に使うCA（PEM）。既定はシステムのもの',
  'true: the terms of the authority have been read and agreed to':
    'true：認証局の規約を読み、同意済み',
  'offer HTTP/2 (needs TLS); default true with TLS':
    'HTTP/2を提供する（TLSが必要）。TLSがあれば既定はtrue',
  'proxies in front whose X-Forwarded-For entries are believed; default 0':
    '前段にあり、X-Forwarded-For の値を信用するプロキシの数。既定は0',
  'how long a client may take; 1ms to 24h each': 'クライアントにかけてよい時間。それぞれ1ms～24h',
  'until the request head is complete; default 10s': 'リクエストヘッダーが揃うまで。既定は10s',
  'until the request body is complete; default 60s': 'リクエスト本文が揃うまで。既定は60s',
  'until an unused connection is closed; default 60s': '使われていない接続を閉じるまで。既定は60s',
  'how much a client may send': 'クライアントが送信できる量',
  'request head, 1KiB to 1MiB; default 16KiB': 'リクエストヘッダー、1KiB～1MiB。既定は16KiB',
  'request body, a size or `unlimited`; default 10MiB':
    'リクエスト本文、サイズまたは `unlimited`。既定は10MiB',
  'webSocket message from a client, 1B to 1GiB; default 16MiB':
    'クライアントからのWebSocketメッセージ、1B～1GiB。既定は16MiB',
  'connections at the same time and process; default 20000':
    'プロセスごとの同時接続数。既定は20000',
  'who issues the tokens that routes accept, by name':
    'ルートが受け付けるトークンの発行者（名前ごと）',
  'an issuer of tokens: its URL, or what is special about it':
    'トークンの発行者：URL、または個別の指定',
  'the issuer exactly as its tokens spell it in `iss`, trailing slash included':
    'トークンの `iss` に書かれるとおりの発行者（末尾のスラッシュも含む）',
  'where its public keys are: a URL, a file (`./keys.json`), or the key set itself. Default: found by OpenID Connect discovery':
    '公開鍵の場所：URL、ファイル（`./keys.json`）、または鍵セット自体。既定ではOpenID Connect Discoveryで取得',
  'public keys as JWKs (RFC 7517)': 'JWK形式の公開鍵（RFC 7517）',
  'signature algorithms accepted: RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519. Default: RS256, PS256, ES256, ES384, EdDSA':
    '受け付ける署名アルゴリズム：RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519。既定は RS256、PS256、ES256、ES384、EdDSA',
  'how far the clocks of issuer and gateway may differ, at most 10m. Default 60s':
    '発行者とゲートウェイの時刻のずれの許容範囲（最大10m）。既定は60s',
  'longest time from `iat` to `exp`; tokens must then carry both. Default: any':
    '`iat` から `exp` までの最長時間。指定するとトークンに両方が必要です。既定は無制限',
  'required `typ` of the token, for example `at+jwt` (RFC 9068). Default: any':
    'トークンに必要な `typ`（例：`at+jwt`、RFC 9068）。既定は任意',
  'file of CA certificates (PEM) trusted for fetching keys. Default: the system trust store':
    '鍵の取得で信頼するCA証明書のファイル（PEM）。既定はシステムのトラストストア',
  'where requests go, by name': 'リクエストの転送先（名前ごと）',
  'a service with static endpoints': '固定のエンドポイントを持つサービス',
  'where the service answers': 'サービスが応答する場所',
  'http://HOST[:PORT] or https://HOST[:PORT], nothing more':
    'http://HOST[:PORT] または https://HOST[:PORT] のみ',
  'how https endpoints are verified': 'httpsのエンドポイントの検証方法',
  'PEM file of the CAs that may sign the endpoints. Default: the public roots':
    'エンドポイントの証明書を発行できるCAのPEMファイル。既定は公開のルート証明書',
  'DNS name the certificate must carry, also sent as SNI. Default: the host':
    '証明書に書かれているべきDNS名（SNIとしても送信）。既定はホスト名',
  'PEM file of the client certificate, leaf first. Needs `key`':
    'クライアント証明書のPEMファイル（リーフが先頭）。`key` も必要です',
  'PEM file of its private key. Needs `cert`': 'その秘密鍵のPEMファイル。`cert` も必要です',
  'how an endpoint is chosen. Default least-loaded': 'エンドポイントの選び方。既定は least-loaded',
  'when an endpoint is passed over': 'エンドポイントを避ける条件',
  'failures in a row after which an endpoint gets no requests. Default 5':
    '何回続けて失敗したらエンドポイントにリクエストを送らないか。既定は5',
  'for how long, until one request tries it again. Default 10s':
    '1件のリクエストで再び試すまでの時間。既定は10s',
  'time for DNS, TCP and TLS together. Default 5s': 'DNS、TCP、TLSの合計時間。既定は5s',
  'longest silence in the middle of a response. Default 60s':
    '応答の途中で途切れてよい最長時間。既定は60s',
  'connections per endpoint and process. Default 256':
    'エンドポイントとプロセスごとの接続数。既定は256',
  'requests waiting for a connection, per endpoint and process. Default 1024':
    'エンドポイントとプロセスごとの、接続待ちのリクエスト数。既定は1024',
  'a service of the mesh': 'メッシュのサービス',
  'instances come from the registry and are reached through their sidecars':
    'インスタンスはレジストリから得られ、サイドカー経由で接続します',
  'what is served; at least one. The most specific match wins, not the first':
    '提供するルート（1つ以上）。先に書いたものではなく、最も限定的な一致が優先されます',
  'one route: what it matches, who may call, and where it goes':
    '1つのルート：一致の条件、呼び出せる相手、転送先',
  'unique name of the route; it appears in logs and metrics':
    'ルートの一意な名前。ログとメトリクスに現れます',
  'who answers for the route; for people, it decides nothing':
    'ルートの責任者。人が見るためのもので、動作には影響しません',
  'listener or listeners that serve the route; default: every listener':
    'ルートを提供するリスナー。既定はすべてのリスナー',
  'which requests the route is for. The most specific matching route wins':
    'ルートの対象となるリクエスト。最も限定的な一致が優先されます',
  'host and path: `api.example.com/orders/*`, `*.example.com/x`; `/x` or `*/x` for every host. Without a path: everything on that host':
    'ホストとパス：`api.example.com/orders/*`、`*.example.com/x`。全ホストなら `/x` または `*/x`。パスがなければそのホストのすべて',
  'hosts without port: `api.example.com`, or `*.example.com` for exactly one label more. Default: every host':
    'ポートなしのホスト：`api.example.com`、またはちょうど1ラベル下の `*.example.com`。既定はすべてのホスト',
  'path template: `/orders` (exact), `/orders/{id}` (one segment), `/orders/*` (`/orders` and everything below). Default `/*`':
    'パスの型：`/orders`（完全一致）、`/orders/{id}`（1セグメント）、`/orders/*`（`/orders` とその下のすべて）。既定は `/*`',
  'methods in capitals; GET includes HEAD. Default: every method':
    '大文字のメソッド。GETはHEADを含みます。既定はすべてのメソッド',
  'request header fields that must each be there exactly once with exactly this value. A preflight need only name them':
    'それぞれちょうど1回、この値のとおりに必要なリクエストヘッダー。プリフライトでは名前だけで構いません',
  'query parameters that must each be there exactly once with exactly this value, after decoding':
    'デコード後に、それぞれちょうど1回、この値のとおりに必要なクエリパラメーター',
  'a URL, a service name, or a list of {service, weight} and {url, weight}':
    'URL、サービス名、または {service, weight} と {url, weight} のリスト',
  'a service of `services:`': '`services:` のサービス',
  'share of the requests, relative to the other entries; 0 (none) to 10000, default 1':
    'ほかの項目に対する、リクエストの相対的な割合。0（なし）～10000、既定は1',
  '`http://host:port` or `https://host`': '`http://host:port` または `https://host`',
  'say who may call: {issuer, audience, …}, or `public` to leave the route open':
    '呼び出せる相手：{issuer, audience, …}、または誰にでも公開する `public`',
  'issuers whose tokens are accepted, any one of them': 'トークンを受け付ける発行者（いずれか1つ）',
  'audiences accepted, any one of them; `"*"` accepts tokens made for any audience':
    '受け付ける対象者（audience、いずれか1つ）。`"*"` は誰宛てのトークンでも受け付けます',
  'scopes a token must have, all of them. Default: none':
    'トークンに必要なスコープ（すべて）。既定はなし',
  'claims a token must have, each with one of the values listed; a dotted name reaches inside. Default: none':
    'トークンに必要なクレームと、認める値（それぞれいずれか1つ）。ドットで内側の値を指せます。既定はなし',
  'request headers the upstream gets, each from a claim: `x-user: sub`. A client can never send them itself. Default: none':
    'クレームからアップストリームに渡すリクエストヘッダー：`x-user: sub`。クライアントは送信できません。既定はなし',
  'where the token is looked for, in this order: `header` (Authorization: Bearer), `cookie:NAME`, `query:NAME`. Default: [header]':
    'トークンを探す場所（この順序）：`header`（Authorization: Bearer）、`cookie:NAME`、`query:NAME`。既定は [header]',
  'whether the upstream gets the token too. Default false: it is taken out of the request':
    'アップストリームにもトークンを渡すか。既定はfalseで、リクエストから取り除きます',
  'what keeps a caller on the same target: `cookie`, `header:NAME` or `none`; default none':
    '呼び出し元を同じ転送先に固定する方法：`cookie`、`header:NAME`、`none`。既定は none',
  'which web pages may call the route from a browser (Fetch standard, CORS)':
    'ブラウザーからルートを呼び出せるウェブページ（Fetch標準、CORS）',
  'one origin': '1つのオリジン',
  'several origins': '複数のオリジン',
  'origins that may read answers: `https://app.example.com`, `https://*.example.com` (exactly one label), or `*` (all, never with credentials)':
    '応答を読めるオリジン：`https://app.example.com`、`https://*.example.com`（ちょうど1ラベル）、または `*`（すべて、認証情報とは併用不可）',
  "methods a preflight may ask for. Default: the route's methods, else GET, HEAD, POST, PUT, PATCH, DELETE":
    'プリフライトで許可するメソッド。既定はルートのメソッド、なければ GET、HEAD、POST、PUT、PATCH、DELETE',
  'request header fields a preflight may ask for; `*` is all but authorization. Default: authorization, content-type':
    'プリフライトで許可するリクエストヘッダー。`*` は authorization 以外のすべて。既定は authorization、content-type',
  'response header fields scripts may read, besides RateLimit, RateLimit-Policy, Retry-After, traceparent, WWW-Authenticate and X-Request-Id. Default: none more':
    'スクリプトが読めるレスポンスヘッダー（RateLimit、RateLimit-Policy、Retry-After、traceparent、WWW-Authenticate、X-Request-Id のほか）。既定はなし',
  'lets browsers send cookies along. Default false':
    'ブラウザーがCookieを送ることを許可する。既定はfalse',
  'how long browsers may keep a preflight answer. Default 10m, at most 2h':
    'ブラウザーがプリフライトの応答を保持できる時間。既定は10m、最大2h',
  'how many requests are let through: `100/min per sub` admits at most 100 in any minute. `20/s per ip` is counted by each node before tokens are checked. Default: no limit':
    '通過させるリクエストの数：`100/min per sub` は任意の1分間に最大100件。`20/s per ip` はトークンの検証前にノードごとに数えます。既定は無制限',
  'limits of one name are one limit, on however many routes they stand. Default: a limit of this route alone':
    '同じ名前の制限は、いくつのルートにあっても1つの制限です。既定はこのルートだけの制限',
  'how much: a number per s, min, h or d, or the claim that says it. Without `burst` at most that many in any such time':
    '量：s、min、h、d あたりの数、または値を持つクレーム。`burst` がなければ、任意のその時間内の上限',
  'the claim that holds the rate: `100/min`, or a number':
    'レートを持つクレーム：`100/min` または数',
  'the rate of tokens without that claim; its unit is also that of a claim that is a number':
    'そのクレームのないトークンのレート。クレームが数の場合はその単位にもなります',
  'makes the limit a bucket: at most burst + rate × t in any time t. Default: none, the limit is a window':
    '制限をバケット方式にする：任意の時間tに最大 burst＋rate×t。既定はなし（ウィンドウ方式）',
  'whom to count, all parts together: ip, sub, issuer, route, claim:NAME or header:NAME. An IPv6 address counts with its /64':
    '数える単位（すべての組み合わせ）：ip、sub、issuer、route、claim:NAME、header:NAME。IPv6アドレスは /64 ごとに数えます',
  'how much of the limit one request takes. Default 1':
    '1件のリクエストが制限をいくつ消費するか。既定は1',
  'while the store is away: `local` (default), each process admits its share, less what it admitted before; `open`, all is admitted; `closed`, nothing is':
    'ストアに接続できない間：`local`（既定）は各プロセスが割り当て分（使用済みを除く）を通し、`open` はすべて通し、`closed` はすべて拒否します',
  'true: nothing is refused, but what would have been is recorded. Default false':
    'true：拒否せず、拒否されるはずだったものを記録します。既定はfalse',
  'whom `RateLimit` and `RateLimit-Policy` tell of this limit: `always` (default), everybody; `authenticated`, callers with a valid token; `never`, nobody. A refusal always says `Retry-After`':
    '`RateLimit` と `RateLimit-Policy` でこの制限を知らせる相手：`always`（既定）は全員、`authenticated` は有効なトークンを持つ相手、`never` は知らせません。拒否時には必ず `Retry-After` を返します',
  '`exact`: every request asks the store; `leased`: busy nodes hold a few requests in advance. Default: leased for rates where that saves work. Both keep the limit':
    '`exact`：すべてのリクエストでストアに確認。`leased`：忙しいノードが少数を前もって確保。既定では、効果のあるレートなら leased。どちらも制限を守ります',
  '`before-auth`: before tokens are checked, counted by each node for itself; `after-auth` (default): counted by all nodes together':
    '`before-auth`：トークンの検証前に、ノードごとに数える。`after-auth`（既定）：すべてのノードで合わせて数える',
  'who may reach the route by client address': 'クライアントのアドレスによる、ルートの利用制限',
  'addresses or ranges let in (`10.0.0.0/8`, `2001:db8::/32`). Default: all':
    '許可するアドレスまたは範囲（`10.0.0.0/8`、`2001:db8::/32`）。既定はすべて',
  'addresses or ranges refused; beats `allow`. Default: none':
    '拒否するアドレスまたは範囲。`allow` より優先されます。既定はなし',
  'how the path changes on its way to the service': 'サービスに渡すときのパスの変え方',
  'replaces the part of the path before `/*`: `/orders/7` under `/orders/*` with prefix `/` becomes `/7`':
    'パスの `/*` より前の部分を置き換える：プレフィックスが `/` なら、`/orders/*` に対する `/orders/7` は `/7` になります',
  'fields to set and remove on the way in and on the way out':
    '往路と復路で設定・削除するフィールド',
  'changes to header fields, after everything else': 'ほかのすべての処理の後に行うヘッダーの変更',
  'header fields to set, replacing any of that name. Visible ASCII, one line':
    '設定するヘッダー（同じ名前のものを置き換え）。1行の表示可能なASCII文字',
  'header fields to remove': '削除するヘッダー',
  'longest wait for the head of the response; 1ms to 24h, default 15s':
    'レスポンスヘッダーを待つ最長時間。1ms～24h、既定は15s',
  'when a request is sent again': 'リクエストを再送する条件',
  'how often a request is sent again at most. Default 1': '再送の最大回数。既定は1',
  'what is tried again: connections not made or lost, and statuses. All but connections not made only for idempotent methods. Default all of them':
    '再試行の条件：接続できない、接続が切れた、またはステータス。接続できない場合以外は冪等なメソッドだけ。既定はすべて',
  'share of the requests that may be sent again. Default 20%':
    '再送してよいリクエストの割合。既定は20%',
  'protocols a request may switch to: `[websocket]` (default) or `none`':
    'リクエストが切り替えてよいプロトコル：`[websocket]`（既定）または `none`',
  'a `redis://` or `rediss://` URL': '`redis://` または `rediss://` のURL',
  'a date like `2030-12-31`, or a moment like `2030-12-31T18:00:00Z`':
    '`2030-12-31` のような日付、または `2030-12-31T18:00:00Z` のような時刻',
  '1 to 64 printable characters, without a space at either end':
    '前後に空白のない、表示可能な1～64文字',
  'a duration': '時間の長さ',
  'a day or an instant': '日付または時刻',
}
