// A client of limited routes: many requests at once, each with the times between which it was decided.

import { request, type Agent, type IncomingHttpHeaders } from 'node:http'

export interface Ask {
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Default: a connection of its own, so that the workers of a node share the requests. */
  readonly agent?: Agent
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The gateway decided between the two; ms of the monotonic clock. */
  readonly sentMs: number
  readonly answeredMs: number
}

/** Rejects where the connection ends before the answer is complete. */
export function ask(port: number, { path, method = 'GET', headers, agent }: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sentMs = performance.now()
    const options = { host: '127.0.0.1', port, path, method, agent: agent ?? false }
    const sent = request({ ...options, headers: { ...headers } }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.once('error', reject)
      response.once('end', () => {
        const { statusCode: status = 0, headers: fields } = response
        resolve({ status, headers: fields, body, sentMs, answeredMs: performance.now() })
      })
    })
    sent.once('error', reject)
    sent.end()
  })
}

/** `count` requests at the same time, on each of `ports` as many. */
export function askMany(ports: readonly number[], count: number, asked: Ask): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => ask(ports[i % ports.length]!, asked)))
}

export function withStatus(answers: readonly Answer[], status: number): readonly Answer[] {
  return answers.filter((answer) => answer.status === status)
}

/** How many were let through, where all others were refused with 429; anything else is a failure. */
export function admittedOf(answers: readonly Answer[]): number {
  const other = answers.find(({ status }) => status !== 200 && status !== 429)
  if (other !== undefined) throw new Error(`answered ${other.status}: ${other.body}`)
  return withStatus(answers, 200).length
}

export function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` }
}
