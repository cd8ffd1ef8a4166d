// What a draft would change for recent requests, as `sallyport diff FILE` shows it.

import type { Call } from './api-command.ts'

interface Fate {
  readonly status: number | null
  readonly reason: string
  readonly route: string | null
}

export interface Impact {
  readonly total: number
  readonly unknown: number
  readonly changed: readonly {
    readonly from: Fate
    readonly to: Fate
    readonly count: number
    readonly samples: readonly string[]
    readonly callers: readonly { readonly caller: string; readonly count: number }[]
    readonly otherCallers: number
  }[]
}

/** Throws ApiFailure. */
export async function askImpact(text: string, call: Call): Promise<Impact> {
  return (await call('POST', '/api/v1/config:impact', { text })) as Impact
}

/** For people: `412 of 4318 recent requests would change`, and how. */
export function impactText({ total, unknown, changed }: Impact): string {
  const count = changed.reduce((sum, group) => sum + group.count, 0)
  const hidden = unknown === 0 ? '' : ` (of ${unknown} it is not known)`
  const lines = changed.flatMap(({ from, to, count: each, samples, callers, otherCallers }) => {
    const who = callers.map(({ caller, count: times }) => `${caller} ×${times}`).join(', ')
    const more = otherCallers === 0 ? '' : `, and ${otherCallers} more`
    return [
      `  ${each}: ${fateText(from)} → ${fateText(to)}  (${samples.slice(0, 3).join(', ')})`,
      `     of ${who}${more}`,
    ]
  })
  return [`${count} of ${total} recent requests would change${hidden}`, ...lines, ''].join('\n')
}

function fateText({ status, reason, route }: Fate): string {
  const on = route === null ? '' : ` on ${route}`
  return `${status ?? 'let through'}${reason === 'ok' ? '' : ` ${reason}`}${on}`
}
