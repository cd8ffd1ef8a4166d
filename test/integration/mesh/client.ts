// Calls through a sidecar's outbound port, as an app makes them, and apps that answer.

import { once } from 'node:events'
import {
  Agent,
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestSidecar } from '../../support/mesh.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Ask {
  /** `http://billing.mesh/path` */
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly agent?: Agent
}

/** Through the outbound port of `sidecar`; rejects where the connection breaks before the answer is complete. */
export function ask(sidecar: Pick<TestSidecar, 'sidecar'>, asked: Ask | string): Promise<Answer> {
  return askPort(sidecar.sidecar.ports.outbound, asked)
}

export function askPort(port: number, asked: Ask | string): Promise<Answer> {
  const {
    url,
    method = 'GET',
    headers = {},
    body,
    agent,
  } = typeof asked === 'string' ? { url: asked } : asked
  const { host, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path: `${pathname}${search}`,
        headers: { host, ...headers },
        agent: agent ?? false,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
        })
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
}

export interface App {
  readonly url: string
  readonly port: number
  readonly server: Server
  /** Heads of what has arrived. */
  readonly seen: readonly Pick<IncomingMessage, 'method' | 'url' | 'headers'>[]
  close(): Promise<void>
}

export async function startApp(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<App> {
  const seen: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = []
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    seen.push({ method: method ?? '', url: url ?? '', headers })
    handler(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    seen,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Answers 200 with this text. */
export function says(text: string): (request: IncomingMessage, response: ServerResponse) => void {
  return (incoming, response) => {
    incoming.resume()
    incoming.once('end', () => response.end(text))
  }
}

export interface LoadResult {
  readonly sent: number
  /** Answers other than 200, and broken connections, as text. */
  readonly failures: readonly string[]
}

/** Calls at a fixed rate over keep-alive connections until it is stopped. */
export function startLoad(
  sidecar: TestSidecar,
  url: string,
  perSecond: number,
): { sent: () => number; stop(): Promise<LoadResult> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 16, scheduling: 'fifo' })
  const running = new Set<Promise<void>>()
  const failures: string[] = []
  const startedMs = performance.now()
  let sent = 0
  const one = async (): Promise<void> => {
    try {
      const { status, body } = await ask(sidecar, { url, agent })
      if (status !== 200) failures.push(`${status} ${body}`)
    } catch (error) {
      failures.push(String(error))
    }
  }
  const timer = setInterval(() => {
    const due = ((performance.now() - startedMs) / 1000) * perSecond
    while (sent < due && running.size < 16) {
      sent += 1
      const asked = one().finally(() => running.delete(asked))
      running.add(asked)
    }
  }, 10)
  return {
    sent: () => sent,
    async stop() {
      clearInterval(timer)
      await Promise.all(running)
      agent.destroy()
      return { sent, failures }
    },
  }
}
