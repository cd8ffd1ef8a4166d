// The data-plane process: does what the supervisor tells it, and drains when it is told to or left alone.

import cluster from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { compileSteps, runInSlices } from './config/compile.ts'
import { readMaterials } from './config/materials.ts'
import { isLiveQuestion } from './decide/explain-messages.ts'
import { Edge } from './edge/edge.ts'
import { LoadMeter, openLoopProbe } from './edge/load-meter.ts'
import { EgressMember } from './egress/egress-member.ts'
import { machineAddresses } from './egress/own-addresses.ts'
import { DnsResolver } from './egress/resolver.ts'
import type { ControlToWorker, FromWorker, RevisionMessage, ToWorker } from './messages.ts'
import { systemClock } from '../sidecar/runtime/clock.ts'
import { errorMessage } from '../sidecar/runtime/errors.ts'
import { createLog } from '../sidecar/telemetry/log.ts'
import { LineWriter } from '../sidecar/telemetry/line-writer.ts'

/** After a fault of our own, what is under way gets this long before the process ends. */
const FAULT_GRACE_MS = 5000

const records = new LineWriter(1)
const talk = new LineWriter(2)
const log = createLog(talk, systemClock, `worker-${cluster.worker?.id ?? 0}`)

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message)
}

const edge = new Edge({
  clock: systemClock,
  log,
  records,
  random: Math.random,
  askRefresh: (sourceId, keyId) => send({ kind: 'refresh-keys', sourceId, keyId }),
  askLimits: send,
  askMesh: (body) => send({ kind: 'to-control', body }),
  tellLive: (body) => send({ kind: 'to-control', body }),
  instance: randomUUID(),
})

const machine = machineAddresses(systemClock)
/** Doors of the control process. */
let controlDoors: readonly { readonly address: string; readonly port: number }[] = []

const egress = new EgressMember({
  clock: systemClock,
  log,
  records,
  random: Math.random,
  createResolver: (servers) => new DnsResolver(servers.length === 0 ? null : servers, systemClock),
  own: () => ({ listeners: [...edge.addresses(), ...controlDoors], machine: machine() }),
  ask: (body) => send({ kind: 'to-control', body }),
  tell: (denials, observations) =>
    send({ kind: 'to-control', body: { kind: 'egress-news', denials, observations } }),
  seen: (call) => edge.seeCall(call),
  tellCounts: (rows) =>
    send({ kind: 'to-control', body: { kind: 'live-counts', rows, limits: [] } }),
})

const load = new LoadMeter({
  clock: systemClock,
  loop: openLoopProbe(),
  take: () => ({
    ...edge.takeLoad(),
    egressInFlight: egress.egress.size,
    rssBytes: process.memoryUsage.rss(),
  }),
  tell: (body) => send({ kind: 'to-control', body }),
})

async function apply(message: RevisionMessage): Promise<void> {
  const { revision, config, materials } = message
  try {
    const steps = compileSteps(config, readMaterials(materials), revision, () => {})
    const plan = await runInSlices(steps, systemClock)
    if (plan === null) throw new Error('the configuration does not compile')
    const ticketKeys = new Map<string, Buffer>()
    for (const [name, key] of Object.entries(message.ticketKeys)) {
      ticketKeys.set(name, Buffer.from(key, 'base64'))
    }
    controlDoors = plan.mesh === null ? [] : [{ address: plan.mesh.host, port: plan.mesh.port }]
    // Egress first: where its doors cannot be had, nothing of the edge has changed yet.
    await egress.apply(plan.egress, plan.mesh?.trustDomain ?? null)
    await edge.apply(plan, ticketKeys, message.workers)
    send({ kind: 'applied', revision, ports: portsOf() })
  } catch (error) {
    send({ kind: 'rejected', revision, reason: errorMessage(error) })
  }
}

/** Those of egress as `egress.mesh` and `egress.plain`. */
function portsOf(): Record<string, number> {
  const doors = Object.entries(egress.egress.ports()).map(([name, port]) => [
    `egress.${name}`,
    port,
  ])
  return { ...edge.ports(), ...(Object.fromEntries(doors) as Record<string, number>) }
}

function hearControl(body: ControlToWorker): void {
  if (isLiveQuestion(body)) {
    edge.hearLive(body)
    return
  }
  if (body.kind === 'acme-challenges') {
    edge.hearAcme(body)
    return
  }
  if (body.kind === 'egress-ask') {
    const { mode } = egress.egress
    send({ kind: 'to-control', body: { kind: 'egress-mode', mode } })
    return
  }
  edge.hearMesh(body)
  egress.hear(body)
}

let ending = false

async function end(graceMs: number, exitCode: number): Promise<void> {
  if (ending) return
  ending = true
  await Promise.all([edge.close(graceMs), egress.close(graceMs)])
  load.close()
  await Promise.all([records.drained(), talk.drained()])
  process.exit(exitCode)
}

/** Revisions are applied one after the other, in the order they came. */
let queue: Promise<void> = Promise.resolve()

process.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'revision':
      queue = queue.then(() => apply(message))
      return
    case 'keys':
      edge.updateKeys(message.sourceId, message.document, message.version)
      return
    case 'keys-settled':
      edge.settleKeys(message.sourceId)
      return
    case 'from-control':
      hearControl(message.body)
      return
    case 'limit-taken':
    case 'limit-beaten':
      edge.receiveLimits(message)
      return
    case 'ping':
      send({ kind: 'pong' })
      return
    case 'drain':
      void end(message.graceMs, 0)
  }
})
// The supervisor decides when to end: a Ctrl-C reaches the whole process group at once.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('SIGHUP', () => {})
process.on('disconnect', () => void end(FAULT_GRACE_MS, 1))
process.on('uncaughtException', (error) => {
  log.error('fault in a worker', { error: error.stack ?? error.message })
  send({ kind: 'ending' })
  void end(FAULT_GRACE_MS, 1)
})
