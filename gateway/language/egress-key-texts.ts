// The keys of `egress:`, `mesh:`, `admin:`, `telemetry:` and `tests:` explained.

import type { Texts } from './texts.ts'

export const EGRESS_KEY_TEXTS: Texts = {
  'the way out: nothing leaves unless a rule says who may reach what':
    '外向き通信（egress）：誰が何に接続できるかをルールが定めない限り、外に出られません',
  'door for sidecars by mTLS, callers known by certificate: `0.0.0.0:15443`. Default: none':
    'mTLSを使うサイドカー用の入口（呼び出し元は証明書で識別）：`0.0.0.0:15443`。既定はなし',
  'door for programs of this machine (`HTTPS_PROXY`), loopback only: `127.0.0.1:3128`. Default: none':
    'このマシンのプログラム用の入口（`HTTPS_PROXY`、ループバックのみ）：`127.0.0.1:3128`。既定はなし',
  'what happens to calls that no rule allows: `enforce` refuses (default), `report` lets through and records, `learn` proposes rules too':
    'ルールが許可しない通信の扱い：`enforce` は拒否（既定）、`report` は通して記録、`learn` はさらにルールを提案',
  'from this moment, or from the beginning of this day (UTC), on `mode: learn` is `enforce`. Default: learning has no end':
    'この時刻、またはこの日の始まり（UTC）から、`mode: learn` を `enforce` として扱います。既定では学習は終了しません',
  'proxy tokens of the plain door, by the name of the caller: {reports: "${env:REPORTS_TOKEN}"}':
    '平文の入口のプロキシトークン（呼び出し元の名前ごと）：{reports: "${env:REPORTS_TOKEN}"}',
  'who may reach what. Default: nobody anything':
    '誰が何に接続できるか。既定では誰もどこにも接続できません',
  'who may reach what': '誰が何に接続できるか',
  'unique name of the rule; it appears in records and metrics':
    'ルールの一意な名前。記録とメトリクスに現れます',
  'callers: service names, names of `tokens`, `anonymous` (the plain door without a token) or `*` for all of these':
    '呼び出し元：サービス名、`tokens` の名前、`anonymous`（トークンなしで平文の入口を使う相手）、または全部を指す `*`',
  'hosts these callers may reach: `api.example.com`, `*.example.com` (one label or more, not example.com itself) or `cidr:203.0.113.0/24`, with `:PORT` or port 443':
    'これらの呼び出し元が接続できるホスト：`api.example.com`、`*.example.com`（1ラベル以上、example.com 自身は除く）、`cidr:203.0.113.0/24`。`:PORT` がなければポート443',
  '`api.example.com`, `*.example.com` (one label or more, not example.com itself) or `cidr:203.0.113.0/24`':
    '`api.example.com`、`*.example.com`（1ラベル以上、example.com 自身は除く）、または `cidr:203.0.113.0/24`',
  'ports that may be reached; default 443. Of a `deny` entry: default every':
    '接続できるポート。既定は443。`deny` の項目では既定はすべて',
  'methods in capitals; default every. They are seen on plain HTTP and on hosts of `external`, so tunnels are refused then':
    '大文字のメソッド。既定はすべて。平文のHTTPと `external` のホストでのみ見えるため、トンネルは拒否されます',
  'paths: `/v1/charges` (exact) or `/v1/*` (`/v1` and everything below); default every. Tunnels are refused then':
    'パス：`/v1/charges`（完全一致）または `/v1/*`（`/v1` とその下のすべて）。既定はすべて。トンネルは拒否されます',
  '`tls`: tunnels must ask for this host by SNI; `tcp`: tunnels of any protocol; `http`: no tunnels. Default: tls for tunnels, and http':
    '`tls`：SNIでこのホストを求めるトンネルのみ。`tcp`：任意のプロトコルのトンネル。`http`：トンネルなし。既定は、トンネルなら tls、それに http',
  'hosts they may not reach, whatever any rule or mode says; without `:PORT` on every port':
    'どのルールやモードでも接続できないホスト。`:PORT` がなければすべてのポート',
  'who answers for the rule': 'ルールの責任者',
  'why the rule is there': 'ルールの理由',
  'from this moment, or from the beginning of this day (UTC), on the rule allows nothing. Default: never':
    'この時刻、またはこの日の始まり（UTC）から、ルールは何も許可しません。既定は無期限',
  'what happens to calls of these callers that no rule allows: `enforce`, `report` or `learn`. Default: as `egress.mode` says':
    'ルールが許可しない、これらの呼び出し元の通信の扱い：`enforce`、`report`、`learn`。既定は `egress.mode` に従います',
  'hosts that egress speaks TLS to in place of the callers':
    '呼び出し元に代わってegressがTLSで接続するホスト',
  'a host that callers reach by plain HTTP, and egress by TLS with a credential added':
    '呼び出し元は平文のHTTPで、egressは認証情報を付けてTLSで接続するホスト',
  'name of the host, no wildcard. Callers still need a rule for it':
    'ホスト名（ワイルドカード不可）。呼び出し元には別途ルールが必要です',
  'its TLS port; default 443': 'TLSのポート。既定は443',
  'fields set on every request in place of the caller’s, for credentials: `Bearer ${file:path}`':
    '呼び出し元に代わってすべてのリクエストに設定する、認証情報のフィールド：`Bearer ${file:path}`',
  'how the host is verified, and what we show it': 'ホストの検証方法と、こちらが提示する証明書',
  'PEM file of the CAs that may sign the host. Default: the public roots':
    'ホストの証明書を発行できるCAのPEMファイル。既定は公開のルート証明書',
  'DNS name its certificate must carry, sent as SNI. Default: the host':
    '証明書に書かれているべきDNS名（SNIとして送信）。既定はホスト名',
  'PEM file of our client certificate, leaf first. Needs `key`':
    'こちらのクライアント証明書のPEMファイル（リーフが先頭）。`key` も必要です',
  'longest wait for the head of the response; default 10s':
    'レスポンスヘッダーを待つ最長時間。既定は10s',
  'longest silence within a response; default 60s': '応答の途中で途切れてよい最長時間。既定は60s',
  'whether failed requests are tried again': '失敗したリクエストを再試行するか',
  'further attempts after the first, where that is safe; default 0':
    '最初の後の再試行の回数（安全な場合のみ）。既定は0',
  'when the host is left alone for a while': 'ホストへの接続をしばらく止める条件',
  'failures in a row that open it; default 5': '何回続けて失敗したら止めるか。既定は5',
  'how long nothing is sent then; default 30s': '止めておく時間。既定は30s',
  'connections per process; default 64': 'プロセスごとの接続数。既定は64',
  'requests that wait for a connection, per process; default 256':
    'プロセスごとの、接続待ちのリクエスト数。既定は256',
  'what names may resolve to, for every rule and mode. Default: public addresses only':
    '名前が解決されてよいアドレス（すべてのルールとモードに共通）。既定は公開アドレスのみ',
  'ranges opened although not public, such as `10.20.0.0/16`. A metadata service only by its very address':
    '公開ではなくても許可する範囲（例：`10.20.0.0/16`）。メタデータサービスは、そのアドレス自体を書いた場合だけ',
  'ranges closed although public; beats `allow`': '公開でも拒否する範囲。`allow` より優先されます',
  'resolvers to ask, `address:port`. Default: those of the system':
    '問い合わせるリゾルバー（`address:port`）。既定はシステムのもの',
  'how long things may take; 1ms to 7d each': 'かけてよい時間。それぞれ1ms～7d',
  'until a name is resolved; default 3s': '名前が解決されるまで。既定は3s',
  'until one address is connected; default 5s': '1つのアドレスに接続するまで。既定は5s',
  'DNS and all addresses together; default 10s': 'DNSと全アドレスの合計。既定は10s',
  'until a tunnel’s ClientHello is there; default 5s': 'トンネルのClientHelloが届くまで。既定は5s',
  'longest silence of a tunnel; default 5m': 'トンネルが無通信でいられる最長時間。既定は5m',
  'longest life of a tunnel; default 24h': 'トンネルの最長寿命。既定は24h',
  'how much at the same time, for each process': 'プロセスごとの同時数の上限',
  'connections from callers; default 20000': '呼び出し元からの接続数。既定は20000',
  'tunnels and requests under way; default 10000': '処理中のトンネルとリクエストの数。既定は10000',
  'those of one caller; default 2000': '1つの呼び出し元の分。既定は2000',
  'those of one caller to one host and port; default 1000':
    '1つの呼び出し元から、1つのホストとポートへの分。既定は1000',
  'the mesh of sidecars: identities, who may call whom':
    'サイドカーのメッシュ：IDと、誰が誰を呼び出せるか',
  'the name all identities of the mesh begin with; choose it once for all time':
    'メッシュのすべてのIDの先頭に付く名前。後から変えない前提で決めてください',
  'where sidecars reach control; default 127.0.0.1:15012':
    'サイドカーがコントロールプレーンに接続する場所。既定は 127.0.0.1:15012',
  'who issues identities. Default: a development CA in dataDir':
    'IDの発行者。既定は dataDir にある開発用の認証局',
  'certificate of the issuing CA (PEM); CA:TRUE, for signing certificates':
    '発行する認証局の証明書（PEM、CA:TRUE、証明書への署名用）',
  'its private key (PEM), readable by this user alone':
    'その秘密鍵（PEM、このユーザーだけが読めること）',
  'the certificates above it up to the trust anchor (PEM). Default: `cert` is the trust anchor':
    'その上位からトラストアンカーまでの証明書（PEM）。既定では `cert` がトラストアンカー',
  'life of the certificates of sidecars; 10s to 24h, default 1h':
    'サイドカーの証明書の有効期間。10s～24h、既定は1h',
  'who may call whom. Default: nobody calls anybody':
    '誰が誰を呼び出せるか。既定では誰も呼び出せません',
  'who may call a service. Without a rule that allows it, nobody may':
    'サービスを呼び出せる相手。許可するルールがなければ、誰も呼び出せません',
  'unique name of the rule, for records and answers. Default: `TO#NUMBER`':
    '記録と応答に現れるルールの一意な名前。既定は `TO#NUMBER`',
  'the service that is called': '呼び出されるサービス',
  'who calls: a list of service names, or `any` of the mesh':
    '呼び出す側：サービス名のリスト、またはメッシュ全体を指す `any`',
  'callers by service name; `edge` and `egress` are the gateways':
    'サービス名による呼び出し元。`edge` と `egress` はゲートウェイ自身です',
  'methods in capitals. Default: every method': '大文字のメソッド。既定はすべてのメソッド',
  'paths: exact, or `/x/*` for `/x` and everything below. Default: every path':
    'パス：完全一致、または `/x` とその下のすべてを指す `/x/*`。既定はすべてのパス',
  'what the rule says: `allow` (default) or `deny`, which beats every allow':
    'ルールの判定：`allow`（既定）、またはどの allow よりも優先される `deny`',
  'sidecars that join with a JWT instead of a join token':
    '参加トークンの代わりにJWTで参加するサイドカー',
  'whose tokens are believed: an issuer of `issuers:`':
    '信頼するトークンの発行者：`issuers:` の発行者',
  'what `aud` of the tokens must hold': 'トークンの `aud` に必要な値',
  'the service of each subject (`sub`) that may join':
    '参加できるサブジェクト（`sub`）ごとのサービス',
  'the console and its API over the network: {bind, tls, hosts, oidc, secondFactor}, or `off`':
    'ネットワーク越しのコンソールとAPI：{bind, tls, hosts, oidc, secondFactor}、または `off`',
  'where the console and its API are served; default 127.0.0.1:9443':
    'コンソールとAPIを提供する場所。既定は 127.0.0.1:9443',
  'default: a certificate of its own in dataDir, made when needed':
    '既定では、必要なときに dataDir に作られる独自の証明書',
  'certificate and what stands above it (PEM, leaf first)':
    '証明書とその上位の証明書（PEM、リーフが先頭）',
  'names and addresses under which it may be reached, besides loopback and `bind`; a page of any other name is turned away':
    'ループバックと `bind` のほかに、接続に使ってよい名前とアドレス。ほかの名前のページは拒否されます',
  'signing in through an identity provider (OpenID Connect)':
    'IDプロバイダーによるサインイン（OpenID Connect）',
  'the identity provider, exactly as it names itself in `iss`':
    '`iss` に名乗るとおりのIDプロバイダー',
  'who we are to it': 'IDプロバイダーでのこちらのクライアントID',
  'as `${env:NAME}` or `${file:path}`. Default: none, a public client':
    '`${env:NAME}` または `${file:path}`。既定はなし（公開クライアント）',
  'the role of each group; of several the highest. `*` is everybody who may sign in there; without it, who is in no group here gets in nowhere':
    'グループごとのロール（複数なら最も高いもの）。`*` はそこでサインインできる全員。なければ、ここにないグループの人は入れません',
  'claim of the ID token that lists the groups; default groups':
    'グループの一覧を持つIDトークンのクレーム。既定は groups',
  'CAs (PEM) its certificate must come from. Default: the system’s':
    '証明書の発行元であるべきCA（PEM）。既定はシステムのもの',
  'whether everybody who signs in with a password needs the code of an authenticator app too: `optional` (default), or `required`, and then they set it up at their next sign-in before anything else. Whoever comes through the identity provider has its own':
    'パスワードでサインインする全員に認証アプリのコードも求めるか：`optional`（既定）、または `required`（次のサインインで最初に設定します）。IDプロバイダー経由の人には、そちらの方式が使われます',
  'where the token of the first start is told: `printed` (default) on stderr too, or only in the `file` of dataDir':
    '初回起動時のトークンの伝え方：`printed`（既定）は標準エラー出力にも表示、`file` は dataDir のファイルだけ',
  'what is told about requests': 'リクエストについて記録・公開するもの',
  'requests with a log line: `failures` (default), `all`, `off` or {sample: 1%}':
    'ログに残すリクエスト：`failures`（既定）、`all`、`off`、{sample: 1%}',
  'share of the requests that is logged: above 0% to 100%':
    'ログに残すリクエストの割合：0%より大きく100%以下',
  'names of fields and query parameters whose values nobody is shown, like x-patient; those of secret-looking names never are':
    '値を誰にも見せないフィールドとクエリパラメーターの名前（例：x-patient）。秘密らしい名前のものは常に隠されます',
  'where Prometheus scrapes this node, like 127.0.0.1:9464; default: nowhere':
    'Prometheusがこのノードから取得する場所（例：127.0.0.1:9464）。既定はなし',
  'cases that must come out as they say; one that does not blocks a change':
    '結果がそのとおりになるべきテスト。ならないものがあると変更できません',
  'a case and what must come of it': 'テストと、期待する結果',
  'what it shows, in a few words': '何を確かめるか（短い言葉で）',
  'a request of the edge': 'edgeへのリクエスト',
  '`https://host/path?query`': '`https://host/path?query`',
  'in upper case; default GET': '大文字で書く。既定は GET',
  'fields by name': '名前ごとのフィールド',
  'address of the client; default 127.0.0.1': 'クライアントのアドレス。既定は 127.0.0.1',
  'default: the one of the URL’s port or scheme': '既定は、URLのポートまたはスキームのもの',
  'over HTTP/2; default false': 'HTTP/2を使う。既定はfalse',
  'taken for a token that this issuer signed, good for five minutes':
    'この発行者が署名した、5分間有効なトークンとして扱います',
  'an issuer of `issuers:`': '`issuers:` の発行者',
  'besides `iss`, `iat` and `exp`, or in their place':
    '`iss`、`iat`、`exp` に追加、または置き換えるクレーム',
  '`typ` of its header; default: what the issuer asks for':
    'ヘッダーの `typ`。既定は発行者が求めるもの',
  'default: the first that the issuer may use': '既定は、発行者が使える最初のもの',
  'a call that wants out': '外向きの通信',
  'name of the calling service': '呼び出すサービスの名前',
  '`host` or `host:port`': '`host` または `host:port`',
  'default `/`': '既定は `/`',
  'a call from service to service': 'サービス間の呼び出し',
  'name of the service that is called': '呼び出されるサービスの名前',
  'what must come of it; at least one': '期待する結果（1つ以上）',
  '`allow` or `deny`': '`allow` または `deny`',
  'of an answer of our own: what is sent on has none':
    'ゲートウェイ自身の応答のステータス。転送されるものにはありません',
  'the word of the refusal, or `ok`': '拒否の理由を表す語、または `ok`',
  'the route that takes the request': 'リクエストを受け取るルート',
  'what decided: an egress or mesh rule, a limit, an issuer':
    '判定したもの：egressまたはメッシュのルール、制限、発行者',
}
