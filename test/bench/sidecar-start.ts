// What one sidecar costs before and after work: time until it is ready, and its memory. `node test/bench/sidecar-start.ts [--requests 20000]`.

import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { parseArgs } from 'node:util'
import { askPort, says, startApp } from '../integration/mesh/client.ts'
import { startControl } from '../support/mesh.ts'
import { spawnSidecar, type SidecarProcess } from '../support/sidecar-process.ts'
import { until } from '../support/until.ts'

const STARTS = 5
const CONNECTIONS = 32

const { values } = parseArgs({ options: { requests: { type: 'string', default: '20000' } } })
const requests = Number(values.requests)

/** MiB. */
function residentOf({ process: child }: SidecarProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}

function show(text: string): void {
  process.stdout.write(`${text}\n`)
}

const control = await startControl([{ to: 'billing', from: ['web'] }])
const app = await startApp(says('{"paid":true}'))
const starts: number[] = []
for (let i = 0; i < STARTS; i++) {
  const sidecar = await spawnSidecar(control, 'billing', app.url, ['--propagation', '0s'])
  starts.push(sidecar.startMs)
  await sidecar.end('SIGTERM')
}
starts.sort((a, b) => a - b)
show(`start to ready: median ${starts[2]!.toFixed(0)} ms, worst ${starts.at(-1)!.toFixed(0)} ms`)

const [web, billing] = await Promise.all([
  spawnSidecar(control, 'web', app.url),
  spawnSidecar(control, 'billing', app.url),
])
show(`RSS after start: ${residentOf(billing).toFixed(1)} MiB`)
await until(
  'billing to be known',
  async () => (await askPort(web.ports.outbound, 'http://billing.mesh/')).status === 200,
)
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
let left = requests
let failed = 0
const startedMs = performance.now()
await Promise.all(
  Array.from({ length: CONNECTIONS }, async () => {
    while (left-- > 0) {
      const answer = await askPort(web.ports.outbound, { url: 'http://billing.mesh/', agent })
      if (answer.status !== 200) failed += 1
    }
  }),
)
const seconds = (performance.now() - startedMs) / 1000
show(`${requests} requests through a pair of sidecars in ${seconds.toFixed(1)} s, ${failed} failed`)
show(
  `RSS after them: in ${residentOf(billing).toFixed(1)} MiB, out ${residentOf(web).toFixed(1)} MiB`,
)
agent.destroy()
await Promise.all([web.end('SIGTERM'), billing.end('SIGTERM')])
await app.close()
await control.remove()
