// Who is calling: the certificate's service on the mesh door, a proxy token's name on the plain one. Never a header's word.

import { createHash } from 'node:crypto'
import { ANONYMOUS, type ProxyToken } from '../allow/plan.ts'

export interface Caller {
  /** As in a rule's `from`. */
  readonly name: string
  /** Of the certificate; null without one. */
  readonly serial: string | null
  /** Hash of the proxy token it came with; null without one. */
  readonly token: string | null
}

export const NOBODY: Caller = { name: ANONYMOUS, serial: null, token: null }

const CREDENTIALS = /^(bearer|basic) +([\w.~+/-]+=*) *$/i

export class TokenCallers {
  /** By the token's hash, so that looking one up tells nothing by the time it takes. */
  readonly #callers = new Map<string, Caller>()

  constructor(tokens: readonly ProxyToken[]) {
    for (const { name, token } of tokens) {
      const key = hash(token)
      this.#callers.set(key, { name, serial: null, token: key })
    }
  }

  /**
   * The caller by `Proxy-Authorization` (RFC 9110 section 11.7.2): `Bearer TOKEN`, or `Basic` with the token as
   * password, or as user name where there is no password. `anonymous` without the field; null where it is not good.
   */
  callerOf(rawHeaders: readonly string[]): Caller | null {
    const values: string[] = []
    for (let i = 0; i < rawHeaders.length; i += 2) {
      if (rawHeaders[i]!.toLowerCase() === 'proxy-authorization') values.push(rawHeaders[i + 1]!)
    }
    if (values.length === 0) return NOBODY
    const match = values.length === 1 ? CREDENTIALS.exec(values[0]!) : null
    if (match === null) return null
    const [, scheme = '', text = ''] = match
    const token = scheme.toLowerCase() === 'bearer' ? text : basicToken(text)
    return this.#callers.get(hash(token)) ?? null
  }

  /** False for a caller whose token is not in force any more. */
  stillKnows(caller: Caller): boolean {
    return caller.token === null || this.#callers.get(caller.token)?.name === caller.name
  }
}

function basicToken(text: string): string {
  const pair = Buffer.from(text, 'base64').toString()
  const colon = pair.indexOf(':')
  if (colon === -1) return pair
  return pair.slice(colon + 1) || pair.slice(0, colon)
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
