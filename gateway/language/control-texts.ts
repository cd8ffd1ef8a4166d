// What the admin API says of configurations, the fleet, the way out and measures.

import type { Texts } from './texts.ts'

export const CONTROL_TEXTS: Texts = {
  'listener {}: {}{}': 'リスナー{1}：{2}{3}',
  ' (our own listener {} holds that port on {}: take another port, or restart)':
    '（自身のリスナー{1}が{2}でそのポートを使用中です。別のポートにするか、再起動してください）',
  'the revisions cannot be read: {}': 'リビジョンを読み込めません：{1}',
  'no configuration is served yet': 'まだ設定が適用されていません',
  'there is no revision {}': 'リビジョン{1}はありません',
  'revision {}': 'リビジョン{1}',
  'restore of {}': '{1}の復元',
  'send If-Match with the checksum of what you saw':
    '参照した内容のチェックサムを If-Match で送信してください',
  'guard: within {} ms it decides nothing before confirmWithin does; give more time to confirm':
    'guard：{1}ミリ秒以内には、confirmWithin より先に判定できません。確定までの時間を長くしてください',
  'confirmWithin: write 1s to 1h': 'confirmWithin：1s～1h で指定してください',
  '`{}` is no number of a revision': '`{1}` はリビジョンの番号ではありません',
  ' (and {} more)': '（ほか{1}件）',
  'the configuration is not valid: {}{}': '設定が正しくありません：{1}{2}',
  'somebody changed the configuration meanwhile; look at it again':
    'その間に設定が変更されました。もう一度確認してください',
  'revision {}{}, {}': 'リビジョン{1}{2}、{3}',
  '{} changed the configuration meanwhile ({}); look at it again':
    'その間に{1}が設定を変更しました（{2}）。もう一度確認してください',
  'there is no change that waits to be confirmed': '確定を待っている変更はありません',
  '{} is damaged: restore it from a backup, or remove it to begin anew':
    '{1}が破損しています。バックアップから復元するか、削除して最初からやり直してください',
  'the notes cannot be used: {}': 'メモを利用できません：{1}',
  'is a metadata service, which gives credentials away':
    '認証情報を渡してしまうメタデータサービスです',
  'is inside: an address or a name of this machine or its networks':
    '内部（このマシンやそのネットワークのアドレスまたは名前）です',
  'is a name that leads inside, so that no rule would let it through':
    '内部につながる名前のため、どのルールでも通過できません',
  'is an address: nobody knows whose it will be tomorrow':
    'アドレスです。明日には誰のものか分かりません',
  'if it must be, write the rule into the file and have it reviewed':
    'どうしても必要な場合は、ルールをファイルに書き、レビューを受けてください',
  'says the end together with `expires`': '`expires` とともに終了時期を指定しています',
  'send one of the two': 'どちらか一方を送信してください',
  '`{}` is no day or moment to come': '`{1}` は今後の日付や時刻ではありません',
  '`{}` is no time from 1m to 366d': '`{1}` は1m～366dの時間ではありません',
  'write `1h`, `24h` or `7d`': '`1h`、`24h`、`7d` のように書いてください',
  'for good': '無期限',
  'for so long': 'その長さ',
  'an opening {} takes an admin: say `for` or `expires`, at most {} days from now':
    '{1}の許可にはadminが必要です。`for` または `expires` で、今から{2}日以内を指定してください',
  'let {} reach {}': '{1}から{2}への接続を許可',
  'there is no rule `{}`': 'ルール `{1}` はありません',
  'it does more than to allow, so that more would be let out without it':
    '許可以外の働きもあり、なくなるとより多くの通信が通過します',
  '`{}` stays: {}; edit the file': '`{1}` は残します：{2}。ファイルを編集してください',
  'take back the rule {}': 'ルール{1}を取り消し',
  '`{}` is not ignored': '`{1}` は無視の対象ではありません',
  'there is no `egress:` in the configuration': '設定に `egress:` がありません',
  'not connected yet': 'まだ接続していません',
  'what is served': '適用中の設定',
  'the store of the fleet is away ({}): {} stays, and changes are taken again once it is back':
    'フリートのストアに接続できません（{1}）。{2}のまま動作し、復旧すると変更を受け付けます',
  'revision {} is damaged in the store': 'ストアのリビジョン{1}が破損しています',
  'its answer could not be read': '応答を読み取れませんでした',
  'the configuration does not compile': '設定をコンパイルできません',
  'a fleet keeps its store: stop every node, change `store:` in each file, and start them':
    'フリートのストアは稼働中に変更できません。全ノードを停止し、各ファイルの `store:` を変更してから起動してください',
  'line {}, column {}: ': '{1}行{2}桁：',
  'not valid': '正しくありません',
  'revision {} was agreed on, but not every node could be heard to serve it':
    'リビジョン{1}は合意されましたが、すべてのノードでの適用を確認できませんでした',
  'the fleet has no revision yet': 'フリートにはまだリビジョンがありません',
  'another change': '別の変更',
  'a change of {}': '{1}による変更',
  '{}, begun on {}, is still under way; try again':
    '{1}（開始：{2}）がまだ処理中です。もう一度お試しください',
  'the proposal was given up; try again': '提案は取り下げられました。もう一度お試しください',
  'revision {} was agreed on, but revision {} came right after it':
    'リビジョン{1}は合意されましたが、直後にリビジョン{2}に変わりました',
  'it did not say that it serves it in time': '時間内に適用の報告がありませんでした',
  'revision {} could not be put to work on {}: {}': 'リビジョン{1}を{2}で適用できませんでした：{3}',
  '{}; it was taken back everywhere': '{1}。すべてのノードで取り消しました',
  'it serves nowhere until every node can serve it':
    'すべてのノードで適用できるまで、どこにも適用されません',
  'it serves nowhere, refused by {}': 'どこにも適用されません。拒否したノード：{1}',
  'it did not answer within {} s': '{1}秒以内に応答しませんでした',
  'look at that node, or wait until it counts as away':
    'そのノードを確認するか、離脱と見なされるまで待ってください',
  'it serves nowhere: no answer from {}': 'どこにも適用されません。応答のないノード：{1}',
  'too many calls: wait for as long as Retry-After says':
    '呼び出しが多すぎます。Retry-After の時間だけ待ってください',
  '{} measures are in force, and no more may be: release some of them':
    '実施中の措置が{1}件あり、上限に達しています。いくつか解除してください',
  '`{}` is a shadow limit, which refuses nobody: nothing would change':
    '`{1}` は記録だけの（shadow）制限で、誰も拒否しません。変更しても何も変わりません',
  'nothing was decided about {} at `{}`': '`{2}` で{1}についての判定はありません',
  '`{}` is no duration': '`{1}` は時間の長さではありません',
  '`{}` is not possible': '`{1}` は指定できません',
  'write a minute to 30 days, like `30m` or `2d`':
    '`30m` や `2d` のように、1分～30日で書いてください',
  'write a minute to 24 hours, like `30m` or `2h`; an admin may take 30 days':
    '`30m` や `2h` のように、1分～24時間で書いてください。adminは30日まで指定できます',
  'body: {}': '本文：{1}',
  'no limit has refused a key `{}` lately: list them with GET /api/v1/limits/keys':
    '最近キー `{1}` を拒否した制限はありません。GET /api/v1/limits/keys で一覧できます',
  'it is written down, but not confirmed by {} yet':
    '書き込みましたが、{1}の確認がまだ取れていません',
  'others keep changing the measures; try again':
    'ほかの人が措置を変更し続けています。もう一度お試しください',
  'the measures of the fleet cannot be reached: {}': 'フリートの措置にアクセスできません：{1}',
  'auto-reverted: the change before was not confirmed in time':
    '自動で元に戻しました：直前の変更が時間内に確定されませんでした',
  'auto-reverted: revision {} was not confirmed in time':
    '自動で元に戻しました：リビジョン{1}が時間内に確定されませんでした',
  'let {} reach {}: {}': '{1}から{2}への接続を許可：{3}',
  '{} has more than {} bytes': '{1}が{2}バイトを超えています',
  '{} is no name of a document': '{1}は文書の名前ではありません',
  'at most {} revisions may be tagged: take one tag away first':
    'タグを付けられるリビジョンは{1}個までです。先にタグを1つ外してください',
  'a configuration may have {} bytes, this one has {}':
    '設定は{1}バイトまでですが、これは{2}バイトあります',
  'somebody changed the configuration meanwhile': 'その間に設定が変更されました',
}
