// What the command line says of its arguments and of what came of them.

import type { Texts } from './texts.ts'

export const COMMAND_TEXTS: Texts = {
  'write list, add NAME, role NAME ROLE, password NAME, remove NAME, remove-second-factor NAME, sessions or end-session ID':
    'list、add NAME、role NAME ROLE、password NAME、remove NAME、remove-second-factor NAME、sessions、end-session ID のどれかを指定してください',
  'password for {}': '{1}のパスワード',
  'new password for {}': '{1}の新しいパスワード',
  'write list, add NAME or remove ID': 'list、add NAME、remove ID のどれかを指定してください',
  '--{} is missing': '--{1} がありません',
  'the control plane answered {}': 'コントロールプレーンの応答は{1}でした',
  'no answer in time': '時間内に応答がありません',
  '{} cannot be reached: {}': '{1}に接続できません：{2}',
  'no gateway is running with this data folder ({})':
    'このデータフォルダーで動作しているゲートウェイはありません（{1}）',
  '-o: write table, json or yaml': '-o：table、json、yaml のどれかを指定してください',
  '--server: write https://HOST:PORT, not `{}`':
    '--server：`{1}` ではなく、https://HOST:PORT の形式で指定してください',
  'a server wants an API token: --token-file FILE, SALLYPORT_TOKEN or `sallyport login`':
    'サーバーにはAPIトークンが必要です：--token-file FILE、SALLYPORT_TOKEN、または `sallyport login`',
  'name the configuration with -c FILE, or the data folder with --data-dir DIR':
    '-c FILE で設定ファイルを、または --data-dir DIR でデータフォルダーを指定してください',
  'cannot read {} ({}): {}': '{1}を読み込めません（{2}）：{3}',
  'write list or verify': 'list または verify を指定してください',
  '--limit: write 1 to {}': '--limit：1～{1}で指定してください',
  'every entry is as it was written': 'すべての記録は書き込まれたときのままです',
  '{}, line {}: {}': '{1}の{2}行目：{3}',
  'users added': '追加されるユーザー',
  'users removed': '削除されるユーザー',
  'users changed': '変更されるユーザー',
  'tokens added': '追加されるトークン',
  'tokens removed': '削除されるトークン',
  'write `ls`, `set ROUTE SERVICE=20`, `promote ROUTE SERVICE` or `abort ROUTE`':
    '`ls`、`set ROUTE SERVICE=20`、`promote ROUTE SERVICE`、`abort ROUTE` のどれかを指定してください',
  'stopped: {}': '停止しました：{1}',
  '{} is shared out by every process (revision {})':
    '{1}の配分を、すべてのプロセスに適用しました（リビジョン{2}）',
  '`{}` is no route with several targets (there are: {})':
    '`{1}` は複数の転送先を持つルートではありません（該当するルート：{2}）',
  '{} are left: say how many go to {}': '残りは{1}です。{2}への割合を指定してください',
  '`{}`: write SERVICE=20, with 0 to 100': '`{1}`：SERVICE=20 のように、0～100で指定してください',
  '--max-p95: write a time, like 500ms': '--max-p95：500ms のような時間を指定してください',
  '{}: write a number': '{1}：数を指定してください',
  'say whose: `certs renew LISTENER`': '対象を指定してください：`certs renew LISTENER`',
  '{} orders now': '{1}の発行を今すぐ始めます',
  'say --listener NAME and --cert FILE': '--listener NAME と --cert FILE を指定してください',
  'warning: {} ({})': '警告：{1}（{2}）',
  'clients are shown it': 'クライアントに提示されています',
  'kept, not served: it is not valid now': '保存しましたが、現在有効ではないため提供していません',
  '{}: it would be taken': '{1}：受け付けられます',
  'say --listener NAME': '--listener NAME を指定してください',
  'write `authority`, with `rotate`, `finish` or `abandon`':
    '`authority` に続けて、`rotate`、`finish`、`abandon` のどれかを指定してください',
  '{} authority': '認証局：{1}',
  '{} of {} sidecars trust it': '信頼しているサイドカー：{2}個中{1}個',
  'still believed': 'まだ信頼されています',
  'the demo starts': 'デモを開始します',
  'the demo has ended': 'デモを終了しました',
  '{} of {} recent requests would change{}': '最近の{2}件中{1}件のリクエストの結果が変わります{3}',
  ' (of {} it is not known)': '（{1}件は不明）',
  ', and {} more': '、ほか{1}件',
  'let through': '通過',
  '{}, {} silent': '{1}、{2}件は応答なし',
  '{}, rule {}': '{1}、ルール{2}',
  '; mode {} lets it through all the same': '。ただしモードが{1}のため通過します',
  'until {}': '{1}まで',
  '{} may reach {} {} (revision {})': '{1}から{2}への接続を許可しました：{3}（リビジョン{4}）',
  'rule {} is gone (revision {})': 'ルール{1}を取り消しました（リビジョン{2}）',
  '{}: write HOST:PORT as `denied` shows it':
    '{1}：`denied` の表示どおりに HOST:PORT を指定してください',
  'say --{}': '--{1} を指定してください',
  'two URLs: `{}` and `{}`': 'URLが2つあります：`{1}` と `{2}`',
  '`{}` wants a value': '`{1}` には値が必要です',
  'there is no URL': 'URLがありません',
  '`{}` is no header field': '`{1}` はヘッダーではありません',
  'no file is read: write the data': 'ファイルは読み込みません。データを直接書いてください',
  '`{}` is not understood here; leave it out where it does not matter':
    '`{1}` はここでは使えません。影響しなければ省いてください',
  'curl: {}': 'curl：{1}',
  'write --mesh --from SERVICE --to SERVICE METHOD PATH':
    '--mesh --from SERVICE --to SERVICE METHOD PATH の形式で指定してください',
  'write a request id, `last`, or `-- curl …`':
    'リクエストID、`last`、または `-- curl …` を指定してください',
  'write --egress --from SERVICE HOST[:PORT]':
    '--egress --from SERVICE HOST[:PORT] の形式で指定してください',
  'counted anew': '最初から数え直し',
  'has another limit': '制限を変更',
  'as configured again': '設定どおりに戻しました',
  'shadow: only recorded': '記録のみ（shadow）',
  '--times: write a number, like 2 or 0.5': '--times：2 や 0.5 のような数を指定してください',
  'no limit has refused `{}` lately: see `sallyport limits ls`':
    '最近 `{1}` を拒否した制限はありません。`sallyport limits ls` で確認してください',
  '`{}` is refused by several limits ({}): say which by --limit NAME':
    '`{1}` は複数の制限（{2}）で拒否されています。--limit NAME で指定してください',
  '{} until {} by {}: {}': '{1}（{2}まで、{3}）：{4}',
  'in {} s': '{1}秒後',
  'there is no HOME to keep a login in': 'ログイン情報を保存する HOME がありません',
  'forgotten; to revoke the token, remove it with `sallyport token remove`':
    'ログイン情報を削除しました。トークンを失効させるには `sallyport token remove` を実行してください',
  'name the server: --server https://HOST:PORT':
    'サーバーを指定してください：--server https://HOST:PORT',
  '{} ({}) at {}; kept in {}': '{1}（{2}）：{3}。保存先：{4}',
  'code of the authenticator app, or a recovery code': '認証アプリのコード、または回復コード',
  'name the service: --service NAME': 'サービスを指定してください：--service NAME',
  'good for one sidecar of {}, until {}': '{1}のサイドカー1個に使えます（{2}まで）',
  'does not take an argument': '引数は指定できません',
  'write ROUTE --origin https://app.example.com':
    'ROUTE --origin https://app.example.com の形式で指定してください',
  'write `ls` or `discover URL`': '`ls` または `discover URL` を指定してください',
  'write a URL, or `-- curl …`': 'URL、または `-- curl …` を指定してください',
  'a test request carries no body': 'テストリクエストに本文は付けられません',
  '(the service’s)': '（サービスのもの）',
  'the route has no `cors:`; the service itself answers':
    'ルートに `cors:` がないため、サービス自身が応答します',
  'request (never sent)': 'リクエスト（送信されません）',
  'no route': 'ルートなし',
  'route {}': 'ルート{1}',
  'no answer ({}): {}': '応答なし（{1}）：{2}',
  '{} in {} ms, {}, request {}': '{1}（{2}ミリ秒）、{3}、リクエスト{4}',
  '{}: standard input is empty': '{1}：標準入力が空です',
  'write `services`, or drain or enable with both names':
    '`services`、または drain か enable に両方の名前を付けて指定してください',
  '{} gets no new request of this node; {} under way, {} other endpoints left':
    '{1}は、このノードから新しいリクエストを受け取りません。処理中{2}件、残りのエンドポイント{3}個',
  '{} gets requests again': '{1}は再びリクエストを受け取ります',
  'by {} at {}': '{1}（{2}）',
  'by {} at {}: {}': '{1}（{2}）：{3}',
  'an event is too long': 'イベントが長すぎます',
  'no control plane answers: {}': 'コントロールプレーンが応答しません：{1}',
  'the stream went silent': 'ストリームの受信が途絶えました',
  'this takes options only': 'オプションだけを指定してください',
  '-n: write a number': '-n：数を指定してください',
  '-o: write table or json': '-o：table または json を指定してください',
  '… {} more were left out (sampled)': '… ほか{1}件を省略しました（間引き）',
  '… a gap: {} requests are missing': '… 欠落：{1}件のリクエストが失われました',
  'an unknown number of': '不明な数の',
  '--guard-points: write percentage points, like 5':
    '--guard-points：5 のようなパーセントポイントを指定してください',
  '--guard-window: write a time, like 15s': '--guard-window：15s のような時間を指定してください',
}
