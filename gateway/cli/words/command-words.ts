// What commands that change or list things say on the way.

import { words } from './language.ts'

export const COMMAND_WORDS = words(
  {
    nameFile: 'name the file',
    nameOneRevision: 'name one revision',
    nameFileOrRevision: 'name a file, or the number of a revision',
    noArguments: 'this takes no arguments',
    historyVerbs: 'write nothing, tag REVISION NAME or untag REVISION',
    noRevision: (given: string) => `\`${given}\` is no revision`,
    noneBefore: 'there is no revision before this one',
    stays: (revision: string) => `revision ${revision} stays\n`,
    noChange: 'nothing would change\n',
    wouldChange: 'this would change:\n',
    served: (revision: string) => `revision ${revision} is served by every process\n`,
    takenBack: (until: string) =>
      `it is taken back at ${until} unless you confirm: sallyport apply --confirm\n`,
    guarded: (points: number, seconds: number) =>
      `it is taken back, too, where the share of 5xx rises by more than ${points} points over ${seconds} s\n`,
    storeAway: (reason: string) => `the store of the fleet is away: ${reason}\n`,
    fileGood: (file: string, listeners: number, routes: number) =>
      `${file}: ok (${listeners} listeners, ${routes} routes)\n`,
    shownOnce: (until: string) => `shown now and never again; good until ${until}\n`,
  },
  {
    nameFile: 'ファイルを指定してください',
    nameOneRevision: 'リビジョンを1つ指定してください',
    nameFileOrRevision: 'ファイル、またはリビジョンの番号を指定してください',
    noArguments: 'このコマンドに引数は指定できません',
    historyVerbs: '何も付けないか、tag リビジョン 名前、または untag リビジョン と入力してください',
    noRevision: (given) => `\`${given}\` はリビジョンの番号ではありません`,
    noneBefore: 'これより前のリビジョンはありません',
    stays: (revision) => `リビジョン${revision}を確定しました\n`,
    noChange: '変わる点はありません\n',
    wouldChange: '次のように変わります：\n',
    served: (revision) => `リビジョン${revision}をすべてのプロセスに適用しました\n`,
    takenBack: (until) => `${until}までに確定しなければ取り消されます：sallyport apply --confirm\n`,
    guarded: (points, seconds) =>
      `${seconds}秒間の5xxの割合が${points}ポイントを超えて増えた場合も取り消されます\n`,
    storeAway: (reason) => `フリートのストアに接続できません：${reason}\n`,
    fileGood: (file, listeners, routes) =>
      `${file}：問題ありません（リスナー${listeners}個、ルート${routes}個）\n`,
    shownOnce: (until) => `表示されるのは今だけです。有効期限は${until}です\n`,
  },
)
