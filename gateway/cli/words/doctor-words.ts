// What `sallyport doctor` says around its findings.

import { words } from './language.ts'

export const DOCTOR_WORDS = words(
  {
    groups: {
      node: 'Program and system',
      ports: 'Ports',
      config: 'Configuration',
      tls: 'Certificates',
      mesh: 'Mesh',
      store: 'Store',
      keys: 'Signing keys of issuers',
      upstreams: 'Services behind the gateway',
      egress: 'Way out (egress)',
      admin: 'Administration',
      disk: 'Data folder',
      fleet: 'Fleet',
    },
    allGood: (count: number) => `everything is fine (${count} checks)`,
    someBad: (failed: number, warnings: number) => `failed: ${failed}, warnings: ${warnings}`,
    fileOnly: 'the gateway does not answer: only what the file says was checked',
    noSuchGroup: (name: string, known: string) =>
      `there is no group \`${name}\`; write one of ${known}`,
    badWait: (given: string) => `--wait: write a time like 60s, not \`${given}\``,
    cannotBoth: 'write --only or --skip, not both',
  },
  {
    groups: {
      node: 'プログラムとシステム',
      ports: 'ポート',
      config: '設定',
      tls: '証明書',
      mesh: 'メッシュ',
      store: 'ストア',
      keys: '発行者の署名鍵',
      upstreams: 'ゲートウェイの背後のサービス',
      egress: '外向き通信（egress）',
      admin: '管理',
      disk: 'データフォルダー',
      fleet: 'フリート',
    },
    allGood: (count) => `${count}件の検査はすべて正常です`,
    someBad: (failed, warnings) => `失敗${failed}件、警告${warnings}件`,
    fileOnly: 'ゲートウェイが応答しないため、ファイルの内容だけを検査しました',
    noSuchGroup: (name, known) =>
      `グループ \`${name}\` はありません。次のどれかを指定してください：${known}`,
    badWait: (given) => `--wait：\`${given}\` ではなく、60s のような時間を指定してください`,
    cannotBoth: '--only と --skip は同時に指定できません',
  },
)
