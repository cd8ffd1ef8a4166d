// What `sallyport backup`, `restore`, `export`, `import` and `diagnostics` say.

import { words } from './language.ts'

export const BACKUP_WORDS = words(
  {
    passphrase: 'passphrase of the backup',
    nameFile: 'name the file',
    nameNewFile: 'name the file to write: -f FILE',
    exists: (file: string) => `${file} exists already: name another file`,
    cannotWrite: (file: string, reason: string) => `cannot write ${file}: ${reason}`,
    cannotRead: (file: string, reason: string) => `cannot read ${file}: ${reason}`,
    written: (file: string, bytes: number) =>
      `${file}: ${bytes} bytes, encrypted; without the passphrase it is worth nothing\n`,
    madeBy: (time: string, program: string) => `a backup of ${time}, made by ${program}\n`,
    wouldChange: 'it would change this:\n',
    nothing: 'it would change nothing\n',
    addYes: 'nothing was changed; to restore it, add --yes\n',
    restored: 'restored: the data plane serves it\n',
    rows: {
      configuration: 'configuration',
      'users added': 'users added',
      'users removed': 'users removed',
      'users changed': 'users changed',
      'tokens added': 'tokens added',
      'tokens removed': 'tokens removed',
      history: 'history',
      revocations: 'revocations',
      certificates: 'certificates',
    },
    asItIs: 'as it is',
    changes: 'changes',
    revisions: (count: number) => `${count} revisions added`,
    identities: (count: number) => `${count} identities revoked`,
    notWritten: (names: string) => `in it, not written: ${names}`,
    certificatesWritten: (count: number, folder: string) =>
      `${count} files written to ${folder}; put them where the configuration looks for them\n`,
    exported: (revision: string, checksum: string) =>
      `revision ${revision}; what it says has the checksum ${checksum}\n`,
    badRevisions: (given: string) => `--revisions: write 0 to 500, not \`${given}\``,
    badPart: (given: string, known: string) =>
      `--only: \`${given}\` is no part; write some of ${known}`,
    contents: 'in the bundle:\n',
    saved: (file: string) => `${file} is written; read it before you send it to anybody\n`,
  },
  {
    passphrase: 'バックアップのパスフレーズ',
    nameFile: 'ファイルを指定してください',
    nameNewFile: '書き込むファイルを指定してください：-f FILE',
    exists: (file) => `${file}はすでにあります。別のファイルを指定してください`,
    cannotWrite: (file, reason) => `${file}に書き込めません：${reason}`,
    cannotRead: (file, reason) => `${file}を読み込めません：${reason}`,
    written: (file, bytes) =>
      `${file}：${bytes}バイト（暗号化済み）。パスフレーズがなければ復元できません\n`,
    madeBy: (time, program) => `${time}に${program}で作成されたバックアップです\n`,
    wouldChange: '復元すると次のように変わります：\n',
    nothing: '復元しても変わるものはありません\n',
    addYes: '何も変更していません。復元するには --yes を付けてください\n',
    restored: '復元しました。データプレーンに反映済みです\n',
    rows: {
      configuration: '設定',
      'users added': '追加されるユーザー',
      'users removed': '削除されるユーザー',
      'users changed': '変更されるユーザー',
      'tokens added': '追加されるトークン',
      'tokens removed': '削除されるトークン',
      history: '履歴',
      revocations: '失効',
      certificates: '証明書',
    },
    asItIs: 'そのまま',
    changes: '変更あり',
    revisions: (count) => `リビジョン${count}件を追加`,
    identities: (count) => `${count}件のIDを失効`,
    notWritten: (names) => `含まれていますが、書き込みません：${names}`,
    certificatesWritten: (count, folder) =>
      `${folder}に${count}個のファイルを書き込みました。設定が参照する場所に移してください\n`,
    exported: (revision, checksum) =>
      `リビジョン${revision}、内容のチェックサムは${checksum}です\n`,
    badRevisions: (given) => `--revisions：\`${given}\` ではなく、0から500の数を指定してください`,
    badPart: (given, known) =>
      `--only：\`${given}\` は指定できません。次から選んでください：${known}`,
    contents: '診断情報の内容：\n',
    saved: (file) => `${file}に書き込みました。誰かに送る前に内容を確認してください\n`,
  },
)
