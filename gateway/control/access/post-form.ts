// Sends one form to an identity provider and reads the JSON of its answer, with a bound on everything it can do.

import { FETCH_TIMEOUT_MS } from '../../auth/fetch-json.ts'
import { ask } from '../bounded-request.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage, SallyportError } from '../../../sidecar/runtime/errors.ts'

export interface FormPost {
  readonly url: string
  readonly form: Readonly<Record<string, string>>
  /** Value of the authorization field, or null. */
  readonly authorization: string | null
  /** Trusted CAs (PEM), or null for the system's. */
  readonly caPem: string | null
}

/** Status and parsed body; null where it is not JSON. Rejects with `post_failed`. */
export type PostForm = (
  post: FormPost,
) => Promise<{ readonly status: number; readonly value: unknown }>

/** With the bounds of `ask`, within 5 s. */
export function createPostForm(clock: Pick<Clock, 'after'>): PostForm {
  return async ({ url, form, authorization, caPem }) => {
    const headers = {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(authorization === null ? {} : { authorization }),
    }
    const body = new URLSearchParams(form).toString()
    const sent = { url, method: 'POST', headers, body, caPem, timeoutMs: FETCH_TIMEOUT_MS } as const
    try {
      const { status, text } = await ask(clock, sent)
      return { status, value: parsed(text) }
    } catch (error) {
      const where = URL.parse(url)?.origin ?? url
      throw new SallyportError('post_failed', `${where}: ${errorMessage(error)}`, { cause: error })
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
