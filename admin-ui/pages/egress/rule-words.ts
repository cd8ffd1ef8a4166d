// What the dialog says that writes a rule of the way out.

import { words } from '../../language/words.ts'

export const RULE_WORDS = words(
  {
    addRule: 'Add a rule',
    ruleFields: {
      name: 'Name of the rule',
      from: 'Callers',
      hosts: 'Hosts',
      owner: 'Owner',
      reason: 'Reason',
    },
    ruleHints: {
      name: 'It appears in records and metrics.',
      from: 'Services, names of tokens, anonymous, or * for every caller.',
      hosts: 'Like api.example.com or *.example.com:8443; without a port 443.',
      owner: 'Who answers for it: a team or a person.',
      reason: 'Why it is there.',
    },
    ruleFaults: {
      name: 'Write a name that no other rule has: letters, digits, dots, hyphens.',
      from: 'Say who may go out by it.',
      hosts: 'Say what may be reached.',
      owner: 'Say who answers for it.',
      reason: 'Say why it is let out.',
    },
    protocol: 'Protocol',
    protocols: {
      any: 'TLS in tunnels, and HTTP',
      tls: 'TLS for this very host',
      tcp: 'tunnels of any protocol',
      http: 'HTTP that can be seen',
    },
  },
  {
    addRule: 'ルールを追加',
    ruleFields: {
      name: 'ルール名',
      from: '呼び出し元',
      hosts: 'ホスト',
      owner: '責任者（owner）',
      reason: '理由',
    },
    ruleHints: {
      name: '記録とメトリクスに表示されます。',
      from: 'サービス名、トークン名、anonymous、または *（すべての呼び出し元）。',
      hosts: '例：api.example.com、*.example.com:8443（ポートを省略すると443）。',
      owner: '責任を持つチームまたは人。',
      reason: 'このルールが必要な理由。',
    },
    ruleFaults: {
      name: '他のルールと重ならない名前を入力してください（英数字、ドット、ハイフン）。',
      from: '呼び出し元を入力してください。',
      hosts: '宛先のホストを入力してください。',
      owner: '責任者を入力してください。',
      reason: '許可する理由を入力してください。',
    },
    protocol: 'プロトコル',
    protocols: {
      any: 'トンネルはTLS、およびHTTP',
      tls: 'このホスト宛てのTLSのみ',
      tcp: 'プロトコルを問わないトンネル',
      http: '内容を確認できるHTTP',
    },
  },
)
