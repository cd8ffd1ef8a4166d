// What a tunnel costs, in CPU of the proxy: `node test/bench/egress.ts [--seconds 4]`. Arms: a byte relay of haproxy
// (where it is installed) and our egress, which reads CONNECT, decides, resolves, vets and checks the first bytes.
// Needs Linux. The relay does none of that, and so shows the least that moving bytes can cost.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { compileEgress } from '../../gateway/allow/compile.ts'
import { Egress } from '../../gateway/egress/egress.ts'
import { systemClock } from '../../sidecar/runtime/clock.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'
import { cpuTimeBetween, peakRssBytes, processTree, readCpuTimes } from './cpu-time.ts'

const HOST = 'bench.host.test'
const LANES = 8
const IDLE_TUNNELS = 5000
const CHUNK = Buffer.alloc(64 * 1024)
const MIB = 1024 * 1024

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    /** How this file starts itself as the proxy under test. */
    serve: { type: 'string' },
  },
})

/** One way through a proxy: a socket that is joined to the sink, after whatever the proxy asks for. */
interface Arm {
  readonly name: string
  readonly pid: number
  /** Resolves when the first byte may be sent. */
  open(): Promise<Socket>
  stop(): Promise<void>
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function serve(upstreamPort: number): Promise<void> {
  const entry = { host: HOST, ports: [upstreamPort], protocol: 'tcp' as const }
  const options = {
    plain: '127.0.0.1:0',
    network: { allow: ['127.0.0.0/8'] },
    rules: [{ name: 'bench', from: ['*'], allow: [entry] }],
    caps: { total: 20_000, perCaller: 20_000, perDestination: 20_000 },
  }
  const plan = compileEgress(options, ['egress'], (problem) => say(problem.message), {
    readFile: () => null,
    production: false,
    nowMs: Date.now(),
    suffixKind: () => null,
  })
  const silent = { info: () => {}, warn: () => {}, error: () => {} }
  const egress = new Egress({
    clock: systemClock,
    log: silent,
    records: { write: () => {} },
    random: Math.random,
    createResolver: () => ({
      resolve: () => Promise.resolve({ kind: 'found', addresses: ['127.0.0.1'], ttlMs: 60_000 }),
    }),
    own: () => ({ listeners: [], machine: new Set() }),
  })
  await egress.apply(plan, null)
  process.stdout.write(`${egress.ports()['plain']}\n`)
}

async function ours(upstreamPort: number): Promise<Arm> {
  const args = [import.meta.filename, '--serve', String(upstreamPort)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(text.toString())
  const request = `CONNECT ${HOST}:${upstreamPort} HTTP/1.1\r\nHost: ${HOST}:${upstreamPort}\r\n\r\n`
  return {
    name: 'sallyport',
    pid: child.pid!,
    open: async () => {
      const socket = await connected(port)
      socket.write(request)
      await once(socket, 'data')
      return socket
    },
    stop: () => stopped(child),
  }
}

async function relay(upstreamPort: number, folder: string): Promise<Arm | null> {
  if (spawnSync('haproxy', ['-v']).status !== 0) return null
  const port = await freePort()
  const file = join(folder, 'haproxy.cfg')
  writeFileSync(
    file,
    `global
  nbthread 1
  maxconn 8000
defaults
  mode tcp
  timeout connect 5s
  timeout client 300s
  timeout server 300s
listen relay
  bind 127.0.0.1:${port}
  server sink 127.0.0.1:${upstreamPort}
`,
  )
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'inherit' })
  await until('haproxy', () =>
    connected(port).then(
      (socket) => socket.destroy() !== null,
      () => false,
    ),
  )
  return {
    name: 'haproxy (relay)',
    pid: child.pid!,
    open: () => connected(port),
    stop: () => stopped(child),
  }
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.on('error', () => socket.destroy())
  return socket
}

async function stopped(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** CPU ns of `arm` while `work` runs, and what that returned. */
async function cpuOf(arm: Arm, work: () => Promise<number>): Promise<{ ns: number; done: number }> {
  const pids = processTree(arm.pid)
  const before = readCpuTimes(pids)
  const done = await work()
  return { ns: cpuTimeBetween(before, readCpuTimes(pids)), done }
}

/** Sends as fast as it goes over a few tunnels; the bytes that were taken. */
async function pour(arm: Arm, ms: number): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: LANES }, () => arm.open()))
  const endMs = performance.now() + ms
  await Promise.all(
    sockets.map(async (socket) => {
      while (performance.now() < endMs) if (!socket.write(CHUNK)) await once(socket, 'drain')
    }),
  )
  const bytes = sockets.reduce(
    (sum, { bytesWritten, writableLength }) => sum + bytesWritten - writableLength,
    0,
  )
  for (const socket of sockets) socket.destroy()
  return bytes
}

/** Opens and closes one tunnel after the other in a few lanes; how many. */
async function openAndClose(arm: Arm, ms: number): Promise<number> {
  const endMs = performance.now() + ms
  let opened = 0
  const lane = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const socket = await arm.open()
      opened++
      socket.destroy()
      await once(socket, 'close')
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return opened
}

/** Of a process that has nothing else behind it yet: what many open tunnels need, in bytes. */
async function holdIdle(arm: Arm): Promise<{ total: number; each: number }> {
  const before = peakRssBytes(processTree(arm.pid))
  const idle: Socket[] = []
  while (idle.length < IDLE_TUNNELS) {
    idle.push(...(await Promise.all(Array.from({ length: 100 }, () => arm.open()))))
  }
  await pause(500)
  const total = peakRssBytes(processTree(arm.pid))
  for (const socket of idle) socket.destroy()
  await pause(1000)
  return { total, each: (total - before) / IDLE_TUNNELS }
}

async function measure(arm: Arm, ms: number): Promise<void> {
  const memory = await holdIdle(arm)
  await pour(arm, 1000)
  await openAndClose(arm, 1000)
  const bytes = await cpuOf(arm, () => pour(arm, ms))
  const tunnels = await cpuOf(arm, () => openAndClose(arm, ms))
  const mib = bytes.done / MIB
  const figures: readonly (readonly [value: number, unit: string])[] = [
    [bytes.ns / 1000 / mib, 'µs/MiB'],
    [mib / (ms / 1000), 'MiB/s'],
    [tunnels.ns / 1000 / tunnels.done, 'µs/tunnel'],
    [tunnels.done / (ms / 1000), 'tunnels/s'],
    [memory.total / MIB, `MiB with ${IDLE_TUNNELS} idle tunnels`],
    [memory.each / 1024, 'KiB each'],
  ]
  const text = figures.map(([value, unit]) => `${value.toFixed(0).padStart(6)} ${unit}`)
  say(`${arm.name.padEnd(16)}${text.join('  ')}`)
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-egress-'))
  const sink = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.resume()
  })
  sink.listen({ port: 0, host: '127.0.0.1', backlog: 1024 })
  await once(sink, 'listening')
  const { port } = sink.address() as AddressInfo
  const ms = Number(values.seconds) * 1000
  for (const arm of [await relay(port, folder), await ours(port)]) {
    if (arm === null) {
      say('haproxy is not installed')
      continue
    }
    await measure(arm, ms)
    await arm.stop()
  }
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
}

await (values.serve === undefined ? main() : serve(Number(values.serve)))
