// What the page about rate limits says.

import { words } from '../../language/words.ts'

export const LIMIT_WORDS = words(
  {
    title: 'Rate limits',
    lead: 'Whom the limits of this node refused, and which limits there are. Keys that may be secret are shown as digests.',
    who: 'Limited callers',
    whoNone: 'Nobody was limited lately.',
    limit: 'Limit',
    shadow: 'only recorded',
    first: 'First',
    key: 'Key in the store',
    caller: 'Caller',
    count: 'Refused',
    share: 'Share',
    last: 'Last',
    see: 'Show live',
    limits: 'Limits in the configuration',
    none: 'No route has a limit.',
    text: 'Limit',
  },
  {
    title: 'レート制限',
    lead: 'このノードの制限で拒否された呼び出し元と、設定されている制限です。機密になり得るキーはダイジェストで示します。',
    who: '制限された呼び出し元',
    whoNone: '最近制限された呼び出し元はありません。',
    limit: '制限',
    shadow: '記録のみ',
    first: '初回',
    key: 'ストアのキー',
    caller: '呼び出し元',
    count: '拒否',
    share: '割合',
    last: '最終',
    see: 'ライブで見る',
    limits: '設定されている制限',
    none: '制限のあるルートはありません。',
    text: '制限',
  },
)
