// What the admin API says of endpoints, requests, policies, releases and backups.

import type { Texts } from './texts.ts'

export const LIVE_TEXTS: Texts = {
  '{} endpoints are drained: enable some first':
    '{1}個のエンドポイントが切り離し中です。先にいくつか復帰させてください',
  'what is drained cannot be remembered now': '現在、切り離しの状態を保存できません',
  'it failed several times in a row': '続けて何度も失敗しました',
  '{} of {} requests failed in five minutes': '5分間に{2}件中{1}件のリクエストが失敗しました',
  'not heard of for {} s': '{1}秒間応答がありません',
  'its sidecar ends': 'サイドカーが終了します',
  'its app does not answer its sidecar': 'アプリがサイドカーに応答しません',
  '{} is the last one of {} that gets requests: without it they are answered 503':
    '{1}は{2}でリクエストを受け取る最後のエンドポイントです。切り離すと503を返すことになります',
  'say `"evenLast": true` if that is wanted':
    'それでよければ `"evenLast": true` を指定してください',
  'there is no service {}': 'サービス{1}はありません',
  'it has none': '1つもありません',
  'it has {}': 'あるのは{1}です',
  '{} has no endpoint {}: {}': '{1}にエンドポイント{2}はありません：{3}',
  '{} workers of this node did not confirm it in time; they are told again every second':
    'このノードの{1}個のワーカーが時間内に確認しませんでした。1秒ごとに再送します',
  '{} has gone meanwhile': '{1}はその間になくなりました',
  'the listener `{}` is there no more': 'リスナー `{1}` はもうありません',
  'the request cannot be read in one way only': 'リクエストの解釈が1通りに定まりません',
  'the configuration is not valid': '設定が正しくありません',
  '; {} workers did not answer': '（{1}個のワーカーは応答しませんでした）',
  'no request': 'リクエスト',
  'no request `{}`': 'リクエスト `{1}`',
  '{} is kept: only the last few thousand are, and under load not all of those that went well{}':
    '{1}は保存されていません。保存は直近の数千件だけで、高負荷時には成功したものの一部も省かれます{2}',
  'no connection within {} ms': '{1}ミリ秒以内に接続できませんでした',
  'too many tails are read': '表示中のライブ一覧が多すぎます',
  'too many different tails; wait half a minute':
    '条件の異なるライブ一覧が多すぎます。30秒ほど待ってください',
  'no page may send {}': 'ページから{1}は送信できません',
  '{} may read the answer': '{1}は応答を読めます',
  'the preflight is answered {}, not 2xx': 'プリフライトの応答が2xxではなく{1}です',
  '{} is not among Access-Control-Allow-Methods: {}':
    '{1}は Access-Control-Allow-Methods にありません：{2}',
  '{} is not among Access-Control-Allow-Headers: {}':
    '{1}は Access-Control-Allow-Headers にありません：{2}',
  'there is no Access-Control-Allow-Origin for {}':
    '{1}に対する Access-Control-Allow-Origin がありません',
  'Access-Control-Allow-Origin is `*`, which counts for nothing with credentials':
    'Access-Control-Allow-Origin の `*` は、認証情報を送る場合には無効です',
  'Access-Control-Allow-Origin is {}, not {}': 'Access-Control-Allow-Origin が{2}ではなく{1}です',
  'Access-Control-Allow-Credentials is not `true`, and the script sends credentials':
    'スクリプトは認証情報を送りますが、Access-Control-Allow-Credentials が `true` ではありません',
  '`{}` is no address of an issuer': '`{1}` は発行者のアドレスではありません',
  'write `https://idp.example.com/`': '`https://idp.example.com/` のように書いてください',
  'an issuer has no user, no query and no fragment':
    '発行者にユーザー、クエリ、フラグメントは書けません',
  'the key document is no key set': '鍵の文書が鍵セットではありません',
  'ask the provider': 'プロバイダーに問い合わせてください',
  'check the address, and whether this machine may reach it':
    'アドレスと、このマシンから接続できることを確認してください',
  'an issuer that is configured is asked all the same; else open its range in `egress.network.allow`':
    '設定済みの発行者であれば問い合わせます。そうでなければ `egress.network.allow` で範囲を許可してください',
  'write the issuer as the provider’s manual spells it, path included':
    'パスも含め、プロバイダーのマニュアルどおりに発行者を書いてください',
  'the provider took too long; try again':
    'プロバイダーの応答に時間がかかりすぎました。もう一度お試しください',
  'write an https address': 'httpsのアドレスを書いてください',
  'write the issuer that the metadata names, if that is the one you trust':
    '信頼できるものであれば、メタデータにある発行者を書いてください',
  'an address that is not public': '公開されていないアドレス',
  'an address that `egress.network.deny` forbids': '`egress.network.deny` で禁止されたアドレス',
  'a door of this gateway': 'このゲートウェイの入口',
  'no address': 'アドレスなし',
  '{} leads to {}': '{1}は{2}につながっています',
  'there is no route `{}` in what is served': '適用中の設定にルート `{1}` はありません',
  '{} issuers are being asked already': 'すでに{1}件の発行者に問い合わせています',
  'this limit cannot be used': 'この制限は使えません',
  'this `cors:` cannot be used': 'この `cors:` は使えません',
  'no whole answer within {} s': '{1}秒以内に完全な応答がありません',
  'the answer switched protocols': '応答がプロトコルを切り替えました',
  'the listener `{}` is not bound yet': 'リスナー `{1}` はまだ待ち受けていません',
  '{} test requests are under way': '{1}件のテストリクエストを処理中です',
  'write `https://host/path`': '`https://host/path` と書いてください',
  'the gateway reads no such request ({}): it never gets to a route':
    'ゲートウェイはこのようなリクエストを受け付けません（{1}）。ルートに届きません',
  'Explain says more about it': '詳細は「拒否の理由」（Explain）で確認できます',
  '`{}` is no header name': '`{1}` はヘッダー名として使えません',
  'write `x-name`': '`x-name` のように書いてください',
  'the value of {} holds a character no field may': '{1}の値に、フィールドに使えない文字があります',
  '{} is not a test request’s to say': '{1}はテストリクエストでは指定できません',
  'leave it out': '指定しないでください',
  'use a token of an issuer of the configuration': '設定にある発行者のトークンを使ってください',
  '{} carries a credential of this console, which no service may see':
    '{1}には、サービスに渡してはならないこのコンソールの認証情報が含まれています',
  '{} stands there twice': '{1}が2回書かれています',
  'write it once': '1回だけ書いてください',
  'the header fields are larger than 8 KiB': 'ヘッダーの合計が8KiBを超えています',
  'write less': '少なくしてください',
  'auto-reverted: 5xx {} against {}': '自動で元に戻しました：5xxは{1}（比較対象は{2}）',
  '5xx {} against {}': '5xxは{1}（比較対象は{2}）',
  'p95 {} ms, more than {} ms': 'p95は{1}ミリ秒（上限{2}ミリ秒）',
  'release of {}: {} to 0: {}': '{1}のリリース：{2}を0に：{3}',
  'guard rails': 'ガードレール',
  'a change waits to be confirmed: confirm it, or let it go back':
    '確定を待っている変更があります。確定するか、元に戻るのを待ってください',
  'release of {}: {}': '{1}のリリース：{2}',
  'the weights are served, but the guard rails could not be written down':
    '重みは適用されましたが、ガードレールを保存できませんでした',
  '`{}` is no route with several targets: give its `to:` a list with weights':
    '`{1}` は複数の転送先を持つルートではありません。`to:` に重み付きのリストを書いてください',
  'guard: `{}` gets no requests; name a target that does':
    'guard：`{1}` はリクエストを受け取っていません。受け取っている転送先を指定してください',
  'guard: say maxErrorPoints, maxP95Ms or both':
    'guard：maxErrorPoints と maxP95Ms の一方または両方を指定してください',
  'its targets are: {}': '転送先：{1}',
  '`{}` is none': '`{1}` は転送先ではありません',
  'a target is named twice': '転送先が2回書かれています',
  '`{}` is missing': '`{1}` がありません',
  'name every target of the route once': 'ルートの転送先をそれぞれ1回ずつ書いてください',
  'the weights are {} together': '重みの合計が{1}です',
  'make them 100': '合計を100にしてください',
  'the targets of `{}` have just changed: look again':
    '`{1}` の転送先が変更されたばかりです。もう一度確認してください',
  'the weights of `{}` are shared with something else of the file':
    '`{1}` の重みは、ファイルのほかの部分と共有されています',
  '`{}` cannot be edited by a program': '`{1}` はプログラムでは編集できません',
  '{}: edit the file by hand': '{1}。ファイルを直接編集してください',
  'weights: {}; {}': '重み：{1}。{2}',
  'a worker did not answer in time': 'ワーカーが時間内に応答しませんでした',
  'the accounts are not JSON': 'アカウントのデータがJSONではありません',
  'this is too much for one backup: ask for fewer revisions':
    '1つのバックアップには多すぎます。リビジョンの数を減らしてください',
  'the passphrase is another one, or the file was changed':
    'パスフレーズが違うか、ファイルが変更されています',
  'this is no backup of ours: it is not JSON':
    'このゲートウェイのバックアップではありません：JSONではありません',
  'this is no backup of ours: {}': 'このゲートウェイのバックアップではありません：{1}',
  'another backup is being read or written': '別のバックアップを作成または復元しています',
  'the configuration has not its checksum': '設定のチェックサムが一致しません',
  'a revision is not whole': 'リビジョンが欠けています',
  'its accounts will not do: {}': 'アカウントが正しくありません：{1}',
  'the backup is damaged: {}': 'バックアップが破損しています：{1}',
  'the configuration is not valid here: its certificates are not known':
    '設定がここでは有効ではありません：証明書が不明です',
  '{} cannot be read: {}': '{1}を読み込めません：{2}',
  'no TLS': 'TLSなし',
  'no answer within {} ms': '{1}ミリ秒以内に応答がありません',
  'something changed since the preview: look again at what would change':
    'プレビューの後に変更がありました。変わる点をもう一度確認してください',
  'restore of a backup': 'バックアップの復元',
  'history of a backup added': 'バックアップの履歴を追加',
  'the accounts changed since the preview: look again':
    'プレビューの後にアカウントが変更されました。もう一度確認してください',
  'a restore failed: back to before': '復元に失敗したため、元に戻しました',
  'the answer holds no key that can be used': '応答に使用できる鍵がありません',
}
