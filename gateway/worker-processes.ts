// How the processes of the data plane are started, and where the programs of the other processes are.

import cluster, { type Worker } from 'node:cluster'
import { resolve } from 'node:path'
import type { WorkerHandle } from './control/workers.ts'

/**
 * How workers use memory: a roomy nursery (32 MiB), where a request's garbage dies; and no allocation of objects straight
 * into the old generation, where a dead one keeps every younger one it points to alive until the next full collection
 * (with it, a third of each request's garbage survived, at twice the CPU).
 */
const WORKER_FLAGS = ['--max-semi-space-size=32', '--no-allocation-site-pretenuring']

/** The program of another process, in the form of this one: source or built. */
export function program(name: string): string {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js'
  return resolve(import.meta.dirname, `${name}.${extension}`)
}

export function spawnWorker(): WorkerHandle {
  // Workers accept by themselves from one shared socket: a flood never passes through the supervisor. The policy is read
  // by the first setupPrimary and never again.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({
    exec: program('worker'),
    args: [],
    execArgv: WORKER_FLAGS,
  })
  // Nothing that carries traffic needs to know a password.
  const worker: Worker = cluster.fork({ INITIAL_ADMIN_PASSWORD: undefined })
  return {
    id: worker.id,
    process: worker.process,
    send: (message) => void worker.send(message as object),
    isConnected: () => worker.isConnected(),
    onMessage: (listener) => void worker.on('message', listener),
    onExit: (listener) => void worker.on('exit', listener),
  }
}
