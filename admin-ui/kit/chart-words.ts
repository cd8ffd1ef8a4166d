// What charts say.

import { words } from '../language/words.ts'

export const CHART_WORDS = words(
  { asTable: 'As a table', time: 'Time' },
  { asTable: '表で見る', time: '時刻' },
)
