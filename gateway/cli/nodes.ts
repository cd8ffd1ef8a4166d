// `sallyport nodes`: who is in the fleet, what each serves, and how it is.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand } from './api-command.ts'
import { COMMAND_WORDS } from './words/command-words.ts'

interface Node {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly addresses: readonly string[]
  readonly revision: number | null
  readonly health: string
  readonly reason: string
  readonly skewMs: number | null
  readonly silentMs: number
  readonly isThis: boolean
}

interface Answer {
  readonly items: readonly Node[]
  readonly store: { readonly kind: string; readonly isReachable: boolean; readonly reason: string }
}

export const nodes = apiCommand('nodes', {
  usage: '',
  async ask({ positionals }, call, { talk, language = 'en' }) {
    const t = COMMAND_WORDS[language]
    if (positionals.length > 0) throw new SallyportError('usage', t.noArguments)
    const answer = (await call('GET', '/api/v1/nodes')) as Answer
    const { store } = answer
    if (!store.isReachable) talk(t.storeAway(store.reason))
    const rows = answer.items.map(
      ({ id, name, version, addresses, revision, health, reason, skewMs, silentMs, isThis }) => ({
        node: `${name}${isThis ? ' *' : ''}`,
        id: id.slice(0, 8) || '-',
        version,
        revision: revision === null ? '-' : String(revision),
        health: reason === '' ? health : `${health}: ${reason}`,
        skew: skewMs === null ? '-' : `${skewMs} ms`,
        heard: health === 'away' ? `${Math.round(silentMs / 1000)} s ago` : 'now',
        addresses: addresses.join(' ') || '-',
      }),
    )
    return { value: answer, table: rows }
  },
})
