// `npm run bench:control`: how the admin API answers while the data plane is as busy as it can be, and how long 10,000
// routes take to apply meanwhile. Exits 1 where a request failed or an answer was no success.

import { execFile } from 'node:child_process'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { freePort } from './measure.ts'
import type { GeneratorResult } from './generator.ts'
import { Processes } from './processes.ts'

const CALLS = 2000
const ROUTES = 10_000
const CONNECTIONS = 64
const READS = [
  '/api/v1/config',
  '/api/v1/revisions',
  '/api/v1/nodes',
  '/api/v1/signals',
  '/api/v1/requests',
]

const run = promisify(execFile)

interface Answer {
  readonly status: number
  readonly tag: string
  readonly text: string
  readonly ms: number
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

function config(upstreamPort: number, routes: number): string {
  const names = Array.from({ length: routes }, (_, i) => i)
  return [
    'workers: 2',
    'listeners: [ { name: public, bind: "127.0.0.1:0", tls: off } ]',
    `services: { api: { endpoints: ["http://127.0.0.1:${upstreamPort}"] } }`,
    'routes:',
    '  - { name: hello, match: /hello, to: api, auth: public }',
    ...names.map(
      (i) => `  - { name: r${i}, match: "h${i % 100}.example.com/r${i}/*", to: api, auth: public }`,
    ),
    '',
  ].join('\n')
}

class Api {
  readonly #socketPath: string
  readonly #agent = new Agent({ keepAlive: true })

  constructor(gateway: TestGateway) {
    this.#socketPath = join(gateway.folder, 'data', 'control.sock')
  }

  call(method: string, path: string, body?: object, tag?: string): Promise<Answer> {
    const startedMs = performance.now()
    const headers: Record<string, string> = { host: 'localhost' }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (tag !== undefined) headers['if-match'] = tag
    return new Promise((resolve, reject) => {
      const options = { socketPath: this.#socketPath, agent: this.#agent, method, path, headers }
      const asked = request(options, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (text += part))
        response.on('end', () => {
          const { statusCode: status = 0, headers: fields } = response
          resolve({ status, tag: fields.etag ?? '', text, ms: performance.now() - startedMs })
        })
      })
      asked.on('error', reject)
      asked.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** Sends all it can until `seconds` are over. */
async function load(port: number, seconds: number): Promise<GeneratorResult> {
  const requests = ['GET /hello HTTP/1.1\r\nhost: localhost\r\n\r\n']
  const options = { port, caPem: null, requests, connections: CONNECTIONS, seconds }
  const program = join(import.meta.dirname, 'load-process.ts')
  const { stdout } = await run(process.execPath, [program, JSON.stringify(options)])
  return JSON.parse(stdout) as GeneratorResult
}

async function readAll(api: Api, when: string): Promise<boolean> {
  const times: number[] = []
  let failed = 0
  for (let i = 0; i < CALLS; i++) {
    const { status, ms } = await api.call('GET', READS[i % READS.length]!)
    times.push(ms)
    if (status !== 200) failed++
  }
  times.sort((a, b) => a - b)
  const ms = (share: number): string => times[Math.ceil(share * CALLS) - 1]!.toFixed(1)
  say(
    `${when}: ${CALLS} reads, ${failed} failed, p50 ${ms(0.5)} ms, p95 ${ms(0.95)} ms, worst ${ms(1)} ms`,
  )
  return failed === 0
}

async function applyRoutes(api: Api, upstreamPort: number): Promise<boolean> {
  const { tag } = await api.call('GET', '/api/v1/config')
  const text = config(upstreamPort, ROUTES)
  const { status, ms, text: answer } = await api.call('PUT', '/api/v1/config', { text }, tag)
  const why = status === 200 ? '' : `: ${answer.slice(0, 500)}`
  say(`${ROUTES} routes: answered ${status} after ${ms.toFixed(0)} ms${why}`)
  return status === 200
}

async function main(): Promise<void> {
  const processes = new Processes(null, process.env)
  const upstreamPort = await freePort()
  const args = [join(import.meta.dirname, 'node-upstream.ts'), String(upstreamPort)]
  processes.start({ program: process.execPath, args }, 0)
  const gateway = await startGateway({ config: config(upstreamPort, 0) })
  const api = new Api(gateway)
  try {
    const isIdleGood = await readAll(api, 'idle')
    const port = gateway.port('public')
    const first = load(port, 15)
    const isBusyGood = await readAll(api, 'saturated')
    const busy = await first
    say(`  under ${(busy.requests / busy.seconds).toFixed(0)} requests/s, ${busy.errors} failed`)
    const second = load(port, 12)
    const isApplied = await applyRoutes(api, upstreamPort)
    const after = await second
    say(`  under ${(after.requests / after.seconds).toFixed(0)} requests/s, ${after.errors} failed`)
    const isGood = isIdleGood && isBusyGood && isApplied && busy.errors + after.errors === 0
    if (!isGood) process.exitCode = 1
  } finally {
    api.close()
    await gateway.stop()
    await processes.stopAll()
  }
}

await main()
