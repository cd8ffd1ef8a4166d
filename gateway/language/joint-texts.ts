// How texts are put together of others, and the single words that are put into them.

import type { Texts } from './texts.ts'

/** What stands around a whole text: taken off before anything else. */
export const FRAME_TEXTS: Texts = {
  '{} (and {} more)': '{1}（ほか{2}件）',
  'line {}, column {}: {}': '{1}行{2}桁：{3}',
  'query: {}': 'クエリ：{1}',
  'body: {}': '本文：{1}',
}

/** Seams between whole texts: tried before any text of few words. */
export const SEAM_TEXTS: Texts = {
  '{}; {}': '{1}。{2}',
  '{}: {}': '{1}：{2}',
  '{} ({})': '{1}（{2}）',
  'error: {} ({})': 'エラー：{1}（{2}）',
  '{} at {}: {}, on every node': '{2}での{1}：{3}（すべてのノード）',
  '{} (our own listener {} holds that port on {}: take another port, or restart)':
    '{1}（自身のリスナー{2}が{3}でそのポートを使用中です。別のポートにするか、再起動してください）',
}

/** Lists, and what is said of a name: tried last. */
export const LIST_TEXTS: Texts = {
  '{}, {}': '{1}、{2}',
  '{} or {}': '{1w}または{2w}',
  '{} and {}': '{1}と{2}',
  '`{}` {}': '`{1}` は{2}',
}

/** What counts are of, in the sentences that schemas make. */
export const COUNT_TEXTS: Texts = {
  'this has {} entry': '項目が{1}個あります',
  'this has {} entries': '項目が{1}個あります',
  'this has {} character': '{1}文字あります',
  'this has {} characters': '{1}文字あります',
  'write {} to {} entries': '項目を{1}～{2}個にしてください',
  'write at least {} entry': '項目を{1}個以上にしてください',
  'write at least {} entries': '項目を{1}個以上にしてください',
  'write at most {} entries': '項目を{1}個以内にしてください',
  'write {} to {} characters': '{1}～{2}文字にしてください',
  'write at least {} character': '{1}文字以上にしてください',
  'write at least {} characters': '{1}文字以上にしてください',
  'write at most {} characters': '{1}文字以内にしてください',
  'write at least {}': '{1}以上にしてください',
  'write {} to {}': '{1}～{2}にしてください',
}

/** Only for values that are marked by a `w` behind their number: elsewhere it would be somebody's name. */
export const WORD_TEXTS: Texts = {
  anybody: '全員',
  audience: '対象者（audience）',
  body: '本文',
  certificate: '証明書',
  claim: 'クレーム',
  day: '日付',
  empty: '空です',
  header: 'ヘッダー',
  issuer: '発行者',
  limit: '制限',
  listener: 'リスナー',
  moment: '時刻',
  none: 'なし',
  nothing: '値なし',
  query: 'クエリ',
  route: 'ルート',
  rule: 'ルール',
  service: 'サービス',
  text: 'テキスト',
}
