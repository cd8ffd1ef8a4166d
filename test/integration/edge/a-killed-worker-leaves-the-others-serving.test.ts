// kill -9 of one worker: what the others carry goes on, new connections are served, and a new worker comes.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { Agent } from 'node:https'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import { startGateway } from '../../support/gateway.ts'
import { workersOf } from '../../support/process-tree.ts'
import { call, openWebSocket, readUntil, textFrame } from './client.ts'
import { startUpstream } from './upstream.ts'

/** Whether the process holds an established connection to its `port`. */
function hasConnection(pid: number, port: number): boolean {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  // sl local_address rem_address st … inode (the tenth column); 01 is ESTABLISHED.
  const inodes = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(suffix) === true && state === '01')
    .map((columns) => columns[9]!)
  const held = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`)
    } catch {
      return ''
    }
  })
  return inodes.some((inode) => held.includes(`socket:[${inode}]`))
}

async function untilWorkers(
  parent: number,
  accept: (pids: readonly number[]) => boolean,
): Promise<readonly number[]> {
  const deadlineMs = performance.now() + 10_000
  for (;;) {
    const pids = workersOf(parent)
    if (accept(pids)) return pids
    if (performance.now() > deadlineMs) throw new Error(`workers are ${pids.join(', ')}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('a killed worker leaves the others serving', { timeout: 40_000 }, async (t) => {
  const upstream = await startUpstream()
  t.after(() => upstream.close())
  const gateway = await startGateway({
    config: `
workers: 2
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
services: { api: { endpoints: ["${upstream.url}"] } }
routes: [ { name: all, match: /*, to: api, auth: public } ]
`,
  })
  t.after(() => gateway.stop())
  const supervisor = gateway.process.pid!
  const workers = await untilWorkers(supervisor, (pids) => pids.length === 2)

  // Which worker takes a connection is the kernel's choice: open until both certainly have some.
  const sockets: Socket[] = []
  for (let i = 0; i < 16; i++) sockets.push(await openWebSocket(gateway, '/echo'))
  t.after(() => sockets.forEach((socket) => socket.destroy()))
  const ends = sockets.map(
    (socket) => new Promise<Socket>((resolve) => socket.once('close', () => resolve(socket))),
  )

  const killedMs = performance.now()
  process.kill(workers[0]!, 'SIGKILL')
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  // Every connection made from now on is answered: the kernel may still hand some to the dying one.
  for (let i = 0; i < 50; i++) {
    assert.equal((await call(gateway, { path: '/', agent })).status, 200)
  }
  const now = await untilWorkers(
    supervisor,
    (pids) => pids.length === 2 && !pids.includes(workers[0]!),
  )
  t.diagnostic(`replaced after ${Math.round(performance.now() - killedMs)} ms`)
  assert.ok(performance.now() - killedMs < 3000)
  assert.ok(now.includes(workers[1]!))

  const living = sockets.filter((socket) => !socket.destroyed)
  assert.ok(living.length > 0, 'every connection was lost')
  for (const socket of living) {
    const echoed = readUntil(socket, (bytes) => bytes.includes('still here'))
    socket.write(textFrame('still here'))
    await echoed
  }
  if (living.length < sockets.length) await Promise.race(ends)

  // The new worker serves alone, once it serves at all.
  const port = gateway.port('public')
  const fresh = now.find((pid) => !workers.includes(pid))!
  while (!hasConnection(fresh, port)) {
    const socket = await openWebSocket(gateway, '/echo')
    t.after(() => socket.destroy())
  }
  process.kill(workers[1]!, 'SIGKILL')
  await gateway.waitFor('two deaths', (_out, err) => err.split('a worker died').length === 3)
  for (let i = 0; i < 20; i++) assert.equal((await call(gateway, '/')).status, 200)
  await untilWorkers(supervisor, (pids) => pids.length === 2)
})

test('the only worker is killed: another takes its place', { timeout: 20_000 }, async (t) => {
  const upstream = await startUpstream()
  t.after(() => upstream.close())
  const port = await freePort()
  const gateway = await startGateway({
    config: `
workers: 1
listeners: [ { name: public, bind: "127.0.0.1:${port}", tls: { certs: ./certs } } ]
routes: [ { name: all, match: /*, to: "${upstream.url}", auth: public } ]
`,
  })
  t.after(() => gateway.stop())
  const supervisor = gateway.process.pid!
  const [worker] = await untilWorkers(supervisor, (pids) => pids.length === 1)
  process.kill(worker!, 'SIGKILL')
  await gateway.waitFor('the death', (_out, err) => err.includes('a worker died'))
  const killedMs = performance.now()
  for (;;) {
    const status = await call(gateway, '/').then(
      (answer) => answer.status,
      () => null,
    )
    if (status === 200) break
    assert.equal(gateway.process.exitCode, null, `the supervisor ended:\n${gateway.stderr()}`)
    assert.ok(performance.now() - killedMs < 3000, 'no worker came')
    await new Promise((resolve) => setImmediate(resolve))
  }
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
