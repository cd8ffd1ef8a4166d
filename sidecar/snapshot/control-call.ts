// One question to control and its answer, both JSON; refusals are problem documents (RFC 9457).

import type { IncomingMessage } from 'node:http'
import { request, type RequestOptions } from 'node:https'
import type { Clock } from '../runtime/clock.ts'
import { errorCode, errorMessage, SallyportError } from '../runtime/errors.ts'
import { ControlRefusal, controlFailure } from './control-error.ts'
import { readShape } from './read-snapshot.ts'
import { RefusalShape } from './schema.ts'

const ANSWER_MS = 10_000
/** Most of a grant is the list of who is revoked. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

export interface ControlCall extends RequestOptions {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** null: none. */
  readonly body: unknown
}

/** The answer of a 200, null for a 204. Rejects with ControlRefusal, or with SallyportError for everything else. */
export async function callControl(call: ControlCall, clock: Clock): Promise<unknown> {
  const { response, cancel } = await openCall(call, clock)
  try {
    const text = await readText(response, MAX_ANSWER_BYTES)
    if (response.statusCode === 204) return null
    const answer: unknown = JSON.parse(text)
    if (response.statusCode === 200) return answer
    throw refusalOf(response.statusCode ?? 0, answer)
  } catch (error) {
    if (error instanceof SallyportError) throw error
    if (error instanceof SyntaxError) {
      throw controlFailure('control_answer_invalid', 'the answer is no JSON', error)
    }
    throw unreachable(error)
  } finally {
    cancel()
  }
}

/**
 * The head of the answer. Whoever called cancels, or the answer is cut off after ten seconds; after that it comes as
 * long as it will.
 */
export function openCall(
  call: ControlCall,
  clock: Clock,
): Promise<{ response: IncomingMessage; cancel: () => void }> {
  return new Promise((resolve, reject) => {
    const body = call.body === null ? '' : JSON.stringify(call.body)
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    }
    const asked = request({ ...call, ...(call.body === null ? {} : { headers }) })
    const cancel = clock.after(ANSWER_MS, () => asked.destroy(new Error('no answer in time')))
    asked.once('response', (response) => resolve({ response, cancel }))
    asked.on('error', (error) => {
      cancel()
      reject(unreachable(error))
    })
    asked.end(body)
  })
}

/** What a status of 400 and above says. */
export async function readRefusal(response: IncomingMessage): Promise<ControlRefusal> {
  const status = response.statusCode ?? 0
  try {
    return refusalOf(status, JSON.parse(await readText(response, MAX_ANSWER_BYTES)))
  } catch {
    return refusalOf(status, null)
  }
}

function refusalOf(status: number, answer: unknown): ControlRefusal {
  const shaped = readShape(RefusalShape, answer)
  if ('problem' in shaped) return new ControlRefusal('control_refused', status, `status ${status}`)
  const { code, detail = code } = shaped.value
  return new ControlRefusal(code, status, detail)
}

async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      response.destroy()
      throw controlFailure('control_answer_invalid', `the answer has more than ${maxBytes} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function unreachable(error: unknown): SallyportError {
  if (error instanceof SallyportError) return error
  const code = errorCode(error)
  const what = code === 'unknown' ? errorMessage(error) : `${errorMessage(error)} (${code})`
  return controlFailure('control_unreachable', `control could not be reached: ${what}`, error)
}
