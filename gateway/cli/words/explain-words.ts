// How `sallyport explain` sums up what was decided.

import { words } from './language.ts'

export const EXPLAIN_WORDS = words(
  {
    on: (route: string) => ` on route ${route}`,
    to: (service: string) => ` to ${service}`,
    notKnown: (plane: string, on: string) =>
      `${plane}: not known${on}: what would decide is not kept`,
    letThrough: (plane: string, way: string, status: string) =>
      `${plane}: let through${way}${status === '' ? '' : `, ${status}`}`,
    refused: (plane: string, status: string, reason: string, on: string, why: string) =>
      `${plane}: refused with ${status === '' ? 'an error' : status} ${reason}${on}: ${why}`,
    answered: (id: string, status: string, reason: string) =>
      `request ${id} was answered with ${status} ${reason}`,
    other: (revision: string) => `; another configuration is served now than then (${revision})`,
  },
  {
    on: (route) => `（ルート ${route}）`,
    to: (service) => `（転送先 ${service}）`,
    notKnown: (plane, on) => `${plane}：不明です${on}。判定に必要な情報が保存されていません`,
    letThrough: (plane, way, status) =>
      `${plane}：通過します${way}${status === '' ? '' : ` ${status}`}`,
    refused: (plane, status, reason, on, why) =>
      `${plane}：${status === '' ? 'エラー' : status} ${reason} で拒否されます${on}：${why}`,
    answered: (id, status, reason) => `リクエスト ${id} への応答：${status} ${reason}`,
    other: (revision) => `。現在の設定は当時と異なります（${revision}）`,
  },
)
