// `sallyport limits ls`: whom the limits refuse.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand } from './api-command.ts'

interface Limited {
  readonly limit: string
  readonly label: string
  readonly shadow: boolean
  readonly count: number
  readonly lastAtMs: number
}

export const limits = apiCommand('limits', {
  usage: 'ls',
  async ask({ positionals }, call) {
    if (positionals.length !== 1 || positionals[0] !== 'ls') {
      throw new SallyportError('usage', 'write `limits ls`')
    }
    const answer = (await call('GET', '/api/v1/limits/keys')) as { items: readonly Limited[] }
    const rows = answer.items.map(({ limit, label, shadow, count, lastAtMs }) => ({
      limit,
      who: label,
      refused: String(count),
      last: new Date(lastAtMs).toISOString(),
      note: shadow ? 'shadow: only recorded' : '',
    }))
    return { value: answer, table: rows }
  },
})
