// Asks until everything between the edge and the last service answers.

import { request } from 'node:https'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'

export interface Probe {
  readonly url: string
  readonly caPem: string
  readonly token: string
  readonly clock: Clock
  /** true: nobody wants to know any more. */
  readonly isOver: () => boolean
}

const WAIT_MS = 10_000
const PAUSE_MS = 25
const ANSWER_MS = 2000

/** Resolves at the first 200. Rejects with the last answer after `WAIT_MS`, or when it is over. */
export async function untilAnswered(probe: Probe): Promise<void> {
  const { url, clock, isOver } = probe
  const deadlineMs = clock.monotonicMs() + WAIT_MS
  for (;;) {
    const answer = await ask(probe)
    if (answer === '200') return
    if (isOver() || clock.monotonicMs() > deadlineMs) {
      throw new SallyportError('demo_failed', `${url} is not answered as it should be: ${answer}`)
    }
    await new Promise<void>((resolve) => {
      clock.after(PAUSE_MS, resolve)
    })
  }
}

/** The status, or what went wrong. */
function ask({ url, caPem, token }: Probe): Promise<string> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` }
    const options = { ca: caPem, headers, agent: false, timeout: ANSWER_MS }
    const sent = request(url, options, (response) => {
      response.resume()
      resolve(String(response.statusCode))
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.on('error', (error) => resolve(error.message))
    sent.end()
  })
}
