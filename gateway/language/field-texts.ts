// The fields of the admin API explained.

import type { Texts } from './texts.ts'

export const FIELD_TEXTS: Texts = {
  '1 to 500, default 50': '1～500、既定は50',
  'the YAML file, whole': 'YAMLファイルの全文',
  'why; for the history': '理由（履歴に残ります）',
  'like `60s`: the change is taken back unless confirmed in time':
    '`60s` のように指定。時間内に確定しなければ変更は取り消されます',
  'taken back, before it is too late to confirm, where requests fail':
    'リクエストが失敗したら、確定の期限より前に取り消します',
  'percentage points by which the share of 5xx may rise':
    '5xxの割合の上昇を許す幅（パーセントポイント）',
  'over this time': 'この時間について判定',
  'only this one': 'これだけ',
  '`nextCursor` of the page before': '前のページの `nextCursor`',
  'every target of the route once; 100 together': 'ルートの転送先をそれぞれ1回ずつ。合計100',
  'a service’s name or a URL, as the route’s `to:` has it':
    'ルートの `to:` にあるとおりのサービス名またはURL',
  'when the target gets nothing any more, by itself':
    '転送先が自動でリクエストを受け取らなくなる条件',
  'percentage points by which its share of 5xx may be above that of the others':
    '5xxの割合が、ほかの転送先を上回ってよい幅（パーセントポイント）',
  'with fewer requests nothing is decided; default 50':
    'リクエストがこれより少なければ判定しません。既定は50',
  '1s to 24h, default 10m': '1s～24h、既定は10m',
  'only these, with commas between them: listener, client-ca, admin, mesh-ca, upstream, identity':
    'これらだけ（コンマ区切り）：listener、client-ca、admin、mesh-ca、upstream、identity',
  'only what expires within so many days, or has a fault':
    'この日数以内に期限が切れるもの、または問題のあるものだけ',
  'server name to ask with': '問い合わせに使うサーバー名',
  'leaf first': 'リーフを先頭に',
  'unless it stands in `certPem`. Kept secret':
    '`certPem` に含まれていない場合に指定。秘密として扱われます',
  'of the new file, without `.pem`; default: its first name':
    '新しいファイルの名前（`.pem` なし）。既定は証明書の先頭の名前',
  'id of the certificate whose place it takes': '置き換える証明書のID',
  'true: keep it although it is not valid now': 'true：現在有効でなくても保存します',
  'lower-case DNS names, `*.a.example` too, and addresses':
    '小文字のDNS名（`*.a.example` も可）とアドレス',
  'a `cors:` to try in place of the route’s own; null: none':
    'ルートのものの代わりに試す `cors:`。nullならなし',
  'what the route takes; default: as it is configured, else everything':
    'ルートが受け付けるもの。既定は設定どおり、なければすべて',
  'what the script adds; values matter for content-type only':
    'スクリプトが追加するもの。値が影響するのは content-type だけです',
  '`credentials: include`': '`credentials: include`',
  'as it would stand in `limits:`': '`limits:` に書くとおりに',
  'the issuer, or the address of its metadata': '発行者、またはそのメタデータのアドレス',
  '`https://host/path`: the listener is this node’s own, whatever the host':
    '`https://host/path`：ホストにかかわらず、このノードのリスナーに送られます',
  '`api.example.com`, with `:PORT` where it is not 443; to allow also `*.example.com`':
    '`api.example.com`。443でなければ `:PORT` を付け、許可には `*.example.com` も使えます',
  'who answers for it': '責任者',
  'how long from now on, like `1h` or `7d`': '今からの長さ（`1h`、`7d` など）',
  'until when: a day or a moment. Without `for` and `expires` for good, which takes an admin':
    '終了時期（日付または時刻）。`for` も `expires` もなければ無期限で、adminが必要です',
  'why it stays refused': '拒否し続ける理由',
  'of the second factor: six digits of the app, or a recovery code':
    '2要素認証のコード：アプリの6桁の数字、または回復コード',
  'like `24h` or `90d`; 1m to 366d': '`24h`、`90d` など。1m～366d',
  'what the role is for; empty: everything': 'ロールの対象。空ならすべて',
  '`ok`, a code, or `refused` for all of them': '`ok`、コード、または拒否全体を指す `refused`',
  '`2030-12-31` (its beginning, UTC) or `2030-12-31T09:00:00+09:00`':
    '`2030-12-31`（その日の始まり、UTC）または `2030-12-31T09:00:00+09:00`',
  'default jsonl': '既定は jsonl',
  'heads of the CSV': 'CSVの見出し',
  'default en': '既定は en',
  'of the backup; never kept': 'バックアップのもの。保存されません',
  'how many of the newest; default 50': '新しいものから何件か。既定は50',
  'certificates and private keys, too; default false': '証明書と秘密鍵も含める。既定はfalse',
  'the backup file': 'バックアップファイル',
  'default: all of it': '既定はすべて',
  'why; it stands in the rule and in the history': '理由（ルールと履歴に残ります）',
}
