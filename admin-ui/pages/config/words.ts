// What the page of the whole file says.

import { words } from '../../language/words.ts'

export const CONFIG_WORDS = words(
  {
    title: 'Configuration',
    lead: 'The whole file, as it is written. Nothing changes for anybody before it is reviewed and applied.',
    editor: 'Configuration file (YAML)',
    download: 'Download',
    checking: 'Checking…',
    valid: 'The gateway finds nothing wrong with it.',
    problems: (count: number) => (count === 1 ? '1 problem' : `${count} problems`),
    revision: (number: string) => `Served: revision ${number}`,
  },
  {
    title: '設定',
    lead: 'ファイル全体をそのまま表示します。確認して適用するまで、何も変わりません。',
    editor: '設定ファイル（YAML）',
    download: 'ダウンロード',
    checking: '確認中…',
    valid: 'ゲートウェイの確認で問題はありませんでした。',
    problems: (count) => `問題が${count}件あります`,
    revision: (number) => `稼働中：リビジョン${number}`,
  },
)
