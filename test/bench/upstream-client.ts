// Prints what one request through the upstream client costs: CPU µs of this process, against a plain socket server.
//
// node test/bench/upstream-client.ts [requests=200000] [concurrency=64]

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../sidecar/runtime/clock.ts'
import { anonymousService } from '../../sidecar/upstream/compile.ts'
import { Pool } from '../../sidecar/upstream/pool.ts'
import type {
  ResponseHandler,
  Transport,
  TransportRequest,
} from '../../sidecar/upstream/transport.ts'

const ROUNDS = 5
const BODY = JSON.stringify({ id: 7, items: ['a', 'b', 'c'], note: 'x'.repeat(66) })
const RESPONSE = Buffer.from(
  `HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Mon, 23 Nov 2026 10:00:00 GMT\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${BODY.length}\r\nConnection: keep-alive\r\nETag: "5f2-1a"\r\nAccept-Ranges: bytes\r\n\r\n${BODY}`,
)
const REQUEST: TransportRequest = {
  method: 'GET',
  target: '/orders/7?expand=items',
  headers: [
    ['host', 'api.example.com'],
    ['user-agent', 'bench'],
    ['accept', 'application/json'],
    ['accept-encoding', 'gzip, br'],
    ['x-forwarded-for', '192.0.2.7'],
    ['x-forwarded-proto', 'https'],
    ['x-forwarded-host', 'api.example.com'],
    ['x-request-id', '3f2b8a54-8f0e-4c5b-9a52-4b8a6c5a2f10'],
    ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ].flat(),
  body: null,
  upgrade: null,
  responseTimeoutMs: 15_000,
}

function serve(): void {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', () => socket.write(RESPONSE))
    socket.on('error', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.on('disconnect', () => process.exit())
}

function run(transport: Transport, requests: number, concurrency: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let started = 0
    let ended = 0
    const handler: ResponseHandler = {
      onInformational() {},
      onHead(status) {
        if (status !== 200) reject(new Error(`status ${status}`))
      },
      onData: () => true,
      onWaiting() {},
      onEnd() {
        if (++ended === requests) resolve()
        else if (started < requests) {
          started++
          transport.dispatch(REQUEST, handler)
        }
      },
      onUpgrade() {},
      onError: reject,
    }
    for (; started < Math.min(concurrency, requests); started++)
      transport.dispatch(REQUEST, handler)
  })
}

async function measure(requests: number, concurrency: number): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['serve'])
  const [port] = (await once(child, 'message')) as [number]
  const endpoint = { url: `http://127.0.0.1:${port}`, secure: false, host: '127.0.0.1', port }
  const pool = new Pool(endpoint, anonymousService(endpoint), systemClock)
  await run(pool, Math.ceil(requests / 4), concurrency)
  for (let round = 1; round <= ROUNDS; round++) {
    const before = process.cpuUsage()
    const startedMs = performance.now()
    await run(pool, requests, concurrency)
    const { user, system } = process.cpuUsage(before)
    const seconds = (performance.now() - startedMs) / 1000
    process.stdout.write(
      `round ${round}: ${((user + system) / requests).toFixed(2)} µs CPU per request ` +
        `(${(user / requests).toFixed(2)} user, ${(system / requests).toFixed(2)} system), ` +
        `${Math.round(requests / seconds)} requests/s\n`,
    )
  }
  await pool.close()
  child.disconnect()
}

const [first, second] = process.argv.slice(2)
if (first === 'serve') serve()
else await measure(Number(first ?? 200_000), Number(second ?? 64))
