// What charts say.

import { words } from '../language/words.ts'

export const CHART_WORDS = words(
  {
    asTable: 'Show as table',
    time: 'Time',
    readable: (label: string) => `${label}: read with the arrow keys, or as a table`,
  },
  {
    asTable: '表で見る',
    time: '時刻',
    readable: (label) => `${label}：矢印キーまたは表で読めます`,
  },
)
