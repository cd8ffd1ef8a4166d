// What is said of `egress:` when a configuration is read.

import type { Texts } from './texts.ts'

export const EGRESS_TEXTS: Texts = {
  'no rule lets anybody reach `{}:{}`': '`{1}:{2}` への接続を許可するルールがありません',
  'add a rule that says who may': '誰に許可するかを定めるルールを追加してください',
  'nothing can match `{}`: requests to port 443 are seen only on hosts of `external`':
    '`{1}` には何も一致しません。ポート443へのリクエストの中身が見えるのは `external` のホストだけです',
  'add `{ host: {} }` to `external`, or allow the host without methods and paths':
    '`external` に `{ host: {1} }` を追加するか、メソッドとパスを付けずにホストを許可してください',
  '`{}` is not a public range, so its addresses are refused all the same':
    '`{1}` は公開アドレスの範囲ではないため、このままでは拒否されます',
  'add `{}` to `network.allow`': '`network.allow` に `{1}` を追加してください',
  'the plain door would be open to other machines':
    '平文の入口に、ほかのマシンからも接続できてしまいます',
  'write `127.0.0.1:{}`; other machines come through a sidecar to `mesh`':
    '`127.0.0.1:{1}` を指定してください。ほかのマシンはサイドカーから `mesh` に接続します',
  'both doors listen on the same port': '2つの入口が同じポートで待ち受けています',
  'give each its own port': 'それぞれに別のポートを指定してください',
  'there is no plain door where tokens could be shown':
    'トークンを提示できる平文の入口がありません',
  'add `plain: 127.0.0.1:3128`, or remove `tokens`':
    '`plain: 127.0.0.1:3128` を追加するか、`tokens` を削除してください',
  'give the token the name of its caller': 'トークンに呼び出し元の名前を付けてください',
  '`{}` is who shows no token': '`{1}` はトークンを提示しない呼び出し元を表す名前です',
  '`{}` and `{}` have the same token': '`{1}` と `{2}` のトークンが同じです',
  'give each its own': 'それぞれに別のものを指定してください',
  'use 16 to 256 visible ASCII characters, such as `openssl rand -hex 32` prints':
    '16～256文字のASCII文字（空白を除く）にしてください。`openssl rand -hex 32` の出力などが使えます',
  'the token of `{}` is too weak, or cannot be sent':
    '`{1}` のトークンは弱すぎるか、送信できない文字を含んでいます',
  '`{}` is not an address and a port': '`{1}` はアドレスとポートの組ではありません',
  'write an address and a port: 0.0.0.0:15443, 127.0.0.1:3128 or [::1]:3128':
    '0.0.0.0:15443、127.0.0.1:3128、[::1]:3128 のようにアドレスとポートを指定してください',
  'there is no {} {}': '{2}という{1w}は存在しません',
  'write `2030-12-31` or `2030-12-31T18:00:00Z`':
    '`2030-12-31` または `2030-12-31T18:00:00Z` の形式で指定してください',
  'a `deny` never expires': '`deny` に期限は付けられません',
  'put what is denied into a rule of its own': '拒否する内容は別のルールに分けてください',
  'rule `{}` expired on {} and allows nothing':
    'ルール `{1}` は{2}に期限が切れており、何も許可しません',
  'remove the rule, or write a later date': 'ルールを削除するか、先の日付を指定してください',
  'rule `{}` expires on {}': 'ルール `{1}` は{2}に期限が切れます',
  'write a later date if it is still needed': 'まだ必要であれば、先の日付を指定してください',
  '`{}` is not one host': '`{1}` は1つのホストではありません',
  'write an entry for each host, by its full name':
    'ホストごとに、完全な名前で項目を分けてください',
  '`{}` names a port': '`{1}` にポートが含まれています',
  'write `host: {}` and `port: {}`': '`host: {1}` と `port: {2}` に分けて指定してください',
  'header `{}` belongs to the connection or to us':
    'ヘッダー `{1}` は、接続またはゲートウェイ自身が使うものです',
  'remove it': '削除してください',
  '`{}` is not a header name': '`{1}` はヘッダー名として使えません',
  'write letters, digits and hyphens': '英字、数字、ハイフンだけを使ってください',
  'header `{}` is set twice': 'ヘッダー `{1}` が2回設定されています',
  'remove one of them': 'どちらかを削除してください',
  'write visible ASCII in one line, without blanks around it':
    '前後に空白のない、1行のASCII文字で書いてください',
  'the value of `{}` cannot be sent': '`{1}` の値は送信できません',
  '`{}` is a URL': '`{1}` はURLです',
  'write only the host: `{}`': 'ホストだけを指定してください：`{1}`',
  '`{}` holds more than a host': '`{1}` にホスト以外のものが含まれています',
  'write `{}`, or `{ host: "{}", paths: [...] }`':
    '`{1}`、または `{ host: "{2}", paths: [...] }` と書いてください',
  'write `{}:443`, with a port from 1 to 65535':
    '`{1}:443` のように、1～65535のポートを付けてください',
  '`{}` names no port': '`{1}` にポートがありません',
  'write `{}{}`': '`{1}{2}` と書いてください',
  '`{}` is not the canonical spelling': '`{1}` は正規の表記ではありません',
  'write it like `cidr:203.0.113.0/24` or `cidr:2001:db8::/32:443`':
    '`cidr:203.0.113.0/24` または `cidr:2001:db8::/32:443` のように書いてください',
  'write `{}{}/{}`': '`{1}{2}/{3}` と書いてください',
  '`{}` is not a range': '`{1}` はアドレスの範囲ではありません',
  '`{}` is not a port': '`{1}` はポートではありません',
  'write a port from 1 to 65535': '1～65535のポートを指定してください',
  'write `{}{}:{}`': '`{1}{2}:{3}` と書いてください',
  '`{}` is not how that range is spelled': '`{1}` はこの範囲の正規の表記ではありません',
  'mixes letters of several scripts that look alike': '見た目の似た複数の文字体系が混在しています',
  'is not written in ASCII': 'ASCIIで書かれていません',
  'requests spell it `{}{}`; write that if it is meant':
    'リクエストでは `{1}{2}` と表記されます。その意味であれば、そう書いてください',
  '`{}` is not a host name': '`{1}` はホスト名ではありません',
  'write labels of letters, digits and hyphens with dots between, as in `api.example.com`':
    '`api.example.com` のように、英字、数字、ハイフンのラベルをドットで区切ってください',
  'write `{}{}/{}` if callers name the address itself':
    '呼び出し元がアドレスを直接指定するなら、`{1}{2}/{3}` と書いてください',
  '`{}` is an IP address{}, not a name': '`{1}` は名前ではなくIPアドレス{2}です',
  '`{}` is every host': '`{1}` はすべてのホストを意味します',
  'name the hosts; there is no rule for all':
    'ホスト名を指定してください。すべてのホストに対するルールは作れません',
  'write `*.` followed by a full name, as in `*.example.com`':
    '`*.example.com` のように、`*.` の後に完全な名前を書いてください',
  'write `*.{}` for names below it, `{}` for itself, or both':
    'その下の名前なら `*.{1}`、その名前自身なら `{2}`、または両方を書いてください',
  '`{}` has a `*` that is not a whole first label':
    '`{1}` の `*` は、先頭のラベル全体ではありません',
  'name the hosts, or the domain of one owner, as in `*.example.com`':
    '個々のホスト名、または `*.example.com` のように1者が所有するドメインを指定してください',
  'anybody can register a name below `{}`': '`{1}` の下の名前は誰でも登録できます',
  '`*.{}` is everything below a top-level domain':
    '`*.{1}` はトップレベルドメインの下のすべてを意味します',
  'any customer of its owner can have a name below `{}`':
    '所有者の顧客なら誰でも `{1}` の下の名前を持てます',
  'name the hosts you use where you can': 'できるだけ、実際に使うホスト名を指定してください',
  'remove it, or write `mode: learn`': '削除するか、`mode: learn` と書いてください',
  '`mode: {}` does not learn': '`mode: {1}` では学習しません',
  'learning ended on {}: what no rule allows is refused':
    '学習は{1}に終了しました。ルールが許可しないものは拒否されます',
  'write `mode: enforce`, or a later time': '`mode: enforce` と書くか、先の時刻を指定してください',
  '`mode: {}` refuses nothing but what is denied by name or address':
    '`mode: {1}` では、名前またはアドレスで拒否したもの以外は拒否されません',
  'write `mode: enforce` as soon as the rules are complete':
    'ルールがそろいしだい `mode: enforce` にしてください',
  'two rules are named `{}`': '`{1}` という名前のルールが2つあります',
  'rename one of them': 'どちらかの名前を変えてください',
  'every caller': 'すべての呼び出し元',
  'rule `{}` lets {} reach `{}` already':
    'ルール `{1}` が、{2}から `{3}` への接続をすでに許可しています',
  'remove it from one of them': 'どちらか一方から削除してください',
  'rule `{}` says nothing': 'ルール `{1}` には内容がありません',
  'add `allow` with the hosts that its callers may reach':
    '呼び出し元に許可するホストを `allow` に書いてください',
  '`{}` is listed twice': '`{1}` が2回書かれています',
  '`*` is every caller, so the others say nothing':
    '`*` はすべての呼び出し元を意味するため、ほかの指定は無意味です',
  'write `["*"]` or names': '`["*"]` または個々の名前を書いてください',
  'write `{}`': '`{1}` と書いてください',
  '`{}` is not how that service is called': '`{1}` はそのサービスの呼び名ではありません',
  'write a service name such as `billing` or `team/billing`, `{}` or `*`':
    '`billing` や `team/billing` のようなサービス名、`{1}` または `*` を指定してください',
  '`{}` is not the name of a caller': '`{1}` は呼び出し元の名前ではありません',
  'the host names a port too': 'ホストにもポートが含まれています',
  'add {} to `ports` and leave it off there': '{1}を `ports` に追加し、ホストからは除いてください',
  'a port is listed twice': '同じポートが2回書かれています',
  'write `[{}]`': '`[{1}]` と書いてください',
  '`{}` is never passed on': '`{1}` は転送されないメソッドです',
  'write a method such as `GET`': '`GET` のようなメソッドを指定してください',
  '`{}` is not a method in capitals': '`{1}` は大文字のメソッドではありません',
  'method `{}` is listed twice': 'メソッド `{1}` が2回書かれています',
  'write a path as it looks after decoding, such as `/v1/charges` or `/v1/*`':
    '`/v1/charges` や `/v1/*` のように、デコード後のパスを書いてください',
  '`{}` is not a path that can be requested': '`{1}` はリクエストできないパスです',
  'write `/*` at the end for everything below':
    'それより下のすべてを指すには、末尾に `/*` を書いてください',
  '`{}` has a `*` that is not its whole last segment':
    '`{1}` の `*` は、最後のセグメント全体ではありません',
  'write `{}/*`': '`{1}/*` と書いてください',
  '`{}` is not how requests spell it': '`{1}` はリクエストでの表記と異なります',
  'path `{}` is listed twice': 'パス `{1}` が2回書かれています',
  'write only `host` and `ports` here; allow less where less shall be possible':
    'ここには `host` と `ports` だけを書いてください。細かく絞るには、許可する側を狭くしてください',
  'a `deny` entry refuses the whole host': '`deny` の項目はホスト全体を拒否します',
  'remove `protocol: {}`, or remove `{}`': '`protocol: {1}` を削除するか、`{2}` を削除してください',
  'nobody sees `{}` in a tunnel': 'トンネルの中の `{1}` は見えません',
  'add `mesh: 0.0.0.0:15443` for sidecars, or `plain: 127.0.0.1:3128` for this machine':
    'サイドカー用に `mesh: 0.0.0.0:15443`、またはこのマシン用に `plain: 127.0.0.1:3128` を追加してください',
  'egress has no door': '外向きゲートウェイ（egress）に入口がありません',
  "`{}` would open every address, this machine's own too":
    '`{1}` は、このマシン自身を含むすべてのアドレスを開放します',
  'write the ranges that are meant': '対象の範囲を書いてください',
  'write a range such as `10.20.0.0/16`, or an address':
    '`10.20.0.0/16` のような範囲、またはアドレスを指定してください',
  '`{}` is not the address of a resolver': '`{1}` はリゾルバーのアドレスではありません',
  'write `10.0.0.2`, `10.0.0.2:5353` or `[2001:db8::2]:53`':
    '`10.0.0.2`、`10.0.0.2:5353`、`[2001:db8::2]:53` のように書いてください',
  '{} is out of range': '{1}は範囲外です',
  'write 1ms to 7d': '1ms～7dで指定してください',
  'tcp {}': 'TCP {1}',
  '{} is no range': '{1}は範囲ではありません',
}
