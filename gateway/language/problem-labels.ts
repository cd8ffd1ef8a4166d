// What stands around the problems of a file where they are listed.

import { words } from './language.ts'

export const PROBLEM_LABELS = words(
  {
    error: 'error',
    warning: 'warning',
    seeAlso: 'see also',
    fix: 'fix',
    count: (number: number, severity: 'error' | 'warning') =>
      `${number} ${severity}${number === 1 ? '' : 's'}`,
    comma: ', ',
    none: 'no problems',
  },
  {
    error: 'エラー',
    warning: '警告',
    seeAlso: '関連箇所',
    fix: '対処',
    count: (number, severity) => `${severity === 'error' ? 'エラー' : '警告'}${number}件`,
    comma: '、',
    none: '問題はありません',
  },
)
