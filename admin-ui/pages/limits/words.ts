// What the page about rate limits says.

import { words } from '../../language/words.ts'

/** `42 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
function lasting(seconds: number, [d, h, min, s]: readonly string[]): string {
  const parts = (high: number, a: string | undefined, low: number, b: string | undefined): string =>
    low === 0 ? `${high}${a}` : `${high}${a} ${low}${b}`
  if (seconds < 60) return `${seconds}${s}`
  if (seconds < 3600) return parts(Math.floor(seconds / 60), min, seconds % 60, s)
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 1440) return parts(Math.floor(minutes / 60), h, minutes % 60, min)
  const hours = Math.ceil(minutes / 60)
  return parts(Math.floor(hours / 24), d, hours % 24, h)
}

export const LIMIT_WORDS = words(
  {
    title: 'Rate limits',
    lead: 'Whom limits refused, what can be done about it, and which limits there are. Keys that may be secret are shown as digests.',
    who: 'Limited callers',
    whoNone: 'Nobody was limited lately.',
    whoHint: 'Whoever exceeds a limit stands here within two seconds.',
    toPolicies: 'Try the limits',
    when: 'When',
    views: { all: 'All', hour: 'Last hour', now: 'Now' },
    viewNone: {
      all: 'Nobody was limited lately.',
      hour: 'Nobody was limited in the last hour.',
      now: 'Nobody is limited now.',
    },
    ofNodes: (nodes: string) => `Totals of ${nodes} nodes`,
    partial: 'The store does not answer: these are only the refusals of this node.',
    limit: 'Limit',
    shadow: 'only recorded',
    blocked: 'blocked',
    times: (factor: string) => `limit × ${factor}`,
    remaining: 'Left',
    passes: 'Passes again',
    passesNow: 'now',
    inTime: (seconds: number) => `in ${lasting(seconds, [' d', ' h', ' min', ' s'])}`,
    first: 'First',
    key: 'Key in the store',
    ttl: 'Kept there',
    inMemory: 'the counters are in the memory of the gateway',
    notThere: 'not there now: nothing is counted',
    promise: 'What it promises',
    promises: (rate: string, burst: number | null) =>
      burst === null
        ? `at most ${rate}, wherever that interval begins`
        : `at most ${burst} at once, and ${rate} on top as time passes`,
    counted: 'Counted',
    byFleet: 'by all nodes together',
    byNode: 'by each node for itself',
    routes: 'Routes',
    caller: 'Caller',
    count: 'Refused',
    last: 'Last',
    actions: 'Actions',
    reset: 'Reset',
    measure: 'Block or change…',
    details: 'Details',
    inForce: 'In force for single callers',
    decidedBy: (name: string) => `by ${name}`,
    until: 'until',
    release: 'End it',
    confirm: {
      reset: {
        title: (label: string) => `Count ${label} anew?`,
        lead: (limit: string) =>
          `What was counted under ${limit} is forgotten on every node, and its next request passes. The limit itself stays.`,
        do: 'Reset',
        done: (label: string) => `${label} is counted anew on every node.`,
      },
      release: {
        title: (label: string) => `End what was decided about ${label}?`,
        lead: (limit: string) => `From then on ${limit} counts as configured, on every node.`,
        do: 'End it',
        done: (label: string) => `${label} is limited as configured again.`,
      },
    },
    measureTitle: (label: string) => `Block or change the limit of ${label}`,
    measureLead: (limit: string) =>
      `Only this caller under ${limit}, on every node. It ends by itself, and is written to the audit.`,
    what: 'What',
    kinds: { override: 'Another limit', block: 'Block: refuse everything' },
    timesLabel: 'Times the limit',
    timesHint: '2 is twice as much, 0.5 half of it.',
    timesNeeded: 'Write a number from 0.1 to 100.',
    forHowLong: 'For',
    lives: {
      '15m': '15 minutes',
      '1h': '1 hour',
      '4h': '4 hours',
      '24h': '24 hours',
      '7d': '7 days',
    },
    livesHint: 'More than 24 hours takes an administrator.',
    reason: 'Reason',
    reasonHint: 'Shown beside it, and kept in the audit.',
    reasonNeeded: 'Say why.',
    decide: { override: 'Change the limit', block: 'Block' },
    decided: {
      override: (label: string) => `${label} has another limit on every node.`,
      block: (label: string) => `${label} is blocked on every node.`,
    },
    see: 'Show live',
    limits: 'Limits in the configuration',
    none: 'No route has a limit.',
  },
  {
    title: 'レート制限',
    lead: '制限で拒否された呼び出し元とその対処、設定されている制限です。機密になり得るキーはダイジェストで示します。',
    who: '制限された呼び出し元',
    whoNone: '最近制限された呼び出し元はありません。',
    whoHint: '制限を超えた呼び出し元は2秒以内にここに表示されます。',
    toPolicies: '制限を試す',
    when: '期間',
    views: { all: 'すべて', hour: '直近1時間', now: '現在' },
    viewNone: {
      all: '最近制限された呼び出し元はありません。',
      hour: '直近1時間に制限された呼び出し元はありません。',
      now: '現在制限されている呼び出し元はありません。',
    },
    ofNodes: (nodes) => `${nodes}ノードの合計`,
    partial: 'ストアが応答しないため、このノードで拒否した分だけを表示しています。',
    limit: '制限',
    shadow: '記録のみ',
    blocked: 'ブロック中',
    times: (factor) => `上限 ×${factor}`,
    remaining: '残り',
    passes: '再び通るまで',
    passesNow: '今すぐ',
    inTime: (seconds) => `あと${lasting(seconds, ['日', '時間', '分', '秒'])}`,
    first: '初回',
    key: 'ストアのキー',
    ttl: '保持期限',
    inMemory: 'カウンターはゲートウェイのメモリ上にあります',
    notThere: '現在はありません（何も数えられていません）',
    promise: '制限の内容',
    promises: (rate, burst) =>
      burst === null
        ? `どの時点から数えても最大 ${rate}`
        : `一度に最大 ${burst}、その後は ${rate} の速さで回復`,
    counted: '数え方',
    byFleet: '全ノードで合算',
    byNode: 'ノードごと',
    routes: 'ルート',
    caller: '呼び出し元',
    count: '拒否',
    last: '最終',
    actions: '操作',
    reset: 'リセット',
    measure: 'ブロック・変更…',
    details: '詳細',
    inForce: '個別の呼び出し元への措置',
    decidedBy: (name) => `設定者: ${name}、`,
    until: '期限',
    release: '解除',
    confirm: {
      reset: {
        title: (label) => `${label} のカウントをリセットしますか？`,
        lead: (limit) =>
          `${limit} で数えた分を全ノードで破棄し、次のリクエストから通します。制限そのものは変わりません。`,
        do: 'リセット',
        done: (label) => `${label} のカウントを全ノードでリセットしました。`,
      },
      release: {
        title: (label) => `${label} への措置を解除しますか？`,
        lead: (limit) => `解除すると、全ノードで ${limit} が設定どおりに適用されます。`,
        do: '解除',
        done: (label) => `${label} は設定どおりの制限に戻りました。`,
      },
    },
    measureTitle: (label) => `${label} のブロックまたは上限の変更`,
    measureLead: (limit) =>
      `${limit} のこの呼び出し元だけに、全ノードで適用されます。期限が来ると自動的に終わり、監査ログに残ります。`,
    what: '内容',
    kinds: { override: '上限を変える', block: 'ブロックする（すべて拒否）' },
    timesLabel: '上限の倍率',
    timesHint: '2で2倍、0.5で半分になります。',
    timesNeeded: '0.1から100までの数を入力してください。',
    forHowLong: '期間',
    lives: { '15m': '15分', '1h': '1時間', '4h': '4時間', '24h': '24時間', '7d': '7日' },
    livesHint: '24時間を超える場合は管理者が設定します。',
    reason: '理由',
    reasonHint: '一覧に表示され、監査ログに残ります。',
    reasonNeeded: '理由を入力してください。',
    decide: { override: '上限を変える', block: 'ブロックする' },
    decided: {
      override: (label) => `${label} の上限を全ノードで変更しました。`,
      block: (label) => `${label} を全ノードでブロックしました。`,
    },
    see: 'ライブで見る',
    limits: '設定されている制限',
    none: 'ルートに制限はありません。',
  },
)
