// One request to a certificate authority, with a bound on everything the other side can do.

import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../../../../sidecar/runtime/clock.ts'
import { errorMessage, SallyportError } from '../../../../sidecar/runtime/errors.ts'
import { ask } from '../../bounded-request.ts'

/** Authorities take seconds to sign. */
const ANSWER_MS = 15_000

export interface AcmeQuestion {
  readonly url: string
  readonly method: 'GET' | 'HEAD' | 'POST'
  /** JSON; '' where there is none. */
  readonly body: string
  /** Trusted CAs (PEM), or null for the system's. */
  readonly caPem: string | null
}

export interface AcmeReply {
  readonly status: number
  /** First value of each field, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** Rejects with SallyportError `acme_unreachable`. */
export type AskAuthority = (question: AcmeQuestion) => Promise<AcmeReply>

/** With the bounds of `ask`, within 15 s. */
export function createAskAuthority(clock: Pick<Clock, 'after'>): AskAuthority {
  return async ({ url, method, body, caPem }) => {
    const headers = {
      accept: 'application/json, application/pem-certificate-chain',
      ...(method === 'POST' && { 'content-type': 'application/jose+json' }),
    }
    try {
      const answer = await ask(clock, { url, method, headers, body, caPem, timeoutMs: ANSWER_MS })
      return { ...answer, headers: firstValues(answer.headers) }
    } catch (error) {
      const where = URL.parse(url)?.origin ?? url
      const message = `${where}: ${errorMessage(error)}`
      throw new SallyportError('acme_unreachable', message, { cause: error })
    }
  }
}

function firstValues(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : (value[0] ?? '')]],
    ),
  )
}
