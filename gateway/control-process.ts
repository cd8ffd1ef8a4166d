// The control process: does what the supervisor tells it, and ends when it is told to or left alone.

import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { programVersion } from './cli/version.ts'
import { compileSteps, runInSlices } from './config/compile.ts'
import { readMaterials } from './config/materials.ts'
import type { ChangeResult } from './control/config/change.ts'
import { Control } from './control/control.ts'
import type { FromControl, ToControl } from './messages.ts'
import { systemClock } from '../sidecar/runtime/clock.ts'
import { errorMessage } from '../sidecar/runtime/errors.ts'
import { createLog } from '../sidecar/telemetry/log.ts'
import { LineWriter } from '../sidecar/telemetry/line-writer.ts'

/** Built beside the program, or in a checkout below `dist`. */
const CONSOLE_FOLDER = resolve(
  import.meta.dirname,
  import.meta.filename.endsWith('.ts') ? '../dist/console' : '../console',
)

const talk = new LineWriter(2)
const log = createLog(talk, systemClock, 'control')

function send(message: FromControl): void {
  if (process.connected) process.send?.(message)
}

/** The supervisor answers once every process has, which takes 15 s at most. */
const CHANGE_MS = 30_000
/** What it knows already it says at once. */
const KNOWN_MS = 3000
const LATE: ChangeResult = { kind: 'rejected', reason: 'the supervisor did not answer in time' }
const pending = new Map<number, (answer: unknown) => void>()
/** The answer to one that asked before this one began must not be taken for ours. */
let lastId = Math.floor(Math.random() * 2 ** 40)

/** Asks the supervisor and resolves with its answer, or with `late`. */
function ask<Answer>(
  message: (id: number) => FromControl,
  late: Answer,
  withinMs: number,
): Promise<Answer> {
  const id = ++lastId
  return new Promise((resolve) => {
    const settle = (answer: unknown): void => {
      cancel()
      pending.delete(id)
      resolve(answer as Answer)
    }
    const cancel = systemClock.after(withinMs, () => settle(late))
    pending.set(id, settle)
    send(message(id))
  })
}

const control = new Control({
  clock: systemClock,
  log,
  random: Math.random,
  env: process.env,
  name: process.env['SALLYPORT_NODE'] ?? hostname(),
  version: programVersion(),
  consoleFolder: CONSOLE_FOLDER,
  show: (line) => talk.write(line),
  change: (change) => ask((id) => ({ kind: 'change', id, change }), LATE, CHANGE_MS),
  confirm: () => ask((id) => ({ kind: 'confirm', id }), LATE, CHANGE_MS),
  keySources: () => ask((id) => ({ kind: 'ask-key-sources', id }), [], KNOWN_MS),
  forgetLimit: (key) => ask((id) => ({ kind: 'forget-limit', id, key }), false, KNOWN_MS),
  tell: (worker, body) => send({ kind: 'to-worker', worker, body }),
  tellLive: (body) => send({ kind: 'to-worker', worker: null, body }),
})

async function apply(message: Extract<ToControl, { kind: 'revision' }>): Promise<void> {
  const { revision, config, materials } = message
  try {
    const steps = compileSteps(config, readMaterials(materials), revision, () => {})
    const plan = await runInSlices(steps, systemClock)
    if (plan === null) throw new Error('the configuration does not compile')
    await control.apply(plan, message)
    send({ kind: 'applied', revision, ports: control.ports() })
  } catch (error) {
    send({ kind: 'rejected', revision, reason: errorMessage(error) })
  }
}

let ending = false

async function end(exitCode: number): Promise<void> {
  if (ending) return
  ending = true
  await control.close()
  await talk.drained()
  process.exit(exitCode)
}

/** Revisions are applied one after the other, in the order they came. */
let queue: Promise<void> = Promise.resolve()

process.on('message', (message: ToControl) => {
  switch (message.kind) {
    case 'revision':
      queue = queue.then(() => apply(message))
      return
    case 'keys':
      control.learnKeys(message.sourceId, message.document)
      return
    case 'bound':
      queue = queue.then(() => control.learnPorts(message.ports))
      return
    case 'live':
      control.learnLive(message)
      return
    case 'edited':
      // Behind the configuration that made this node one of a fleet.
      queue = queue.then(() => control.learnEdit(message.text))
      return
    case 'changed':
      pending.get(message.id)?.(message.result)
      return
    case 'key-sources':
      pending.get(message.id)?.(message.sources)
      return
    case 'limit-forgotten':
      pending.get(message.id)?.(true)
      return
    case 'from-worker':
      // Behind the configuration it is about; what is seen of requests is about none, and somebody waits for it.
      if (message.body.kind.startsWith('live-')) control.hear(message.worker, message.body)
      else queue = queue.then(() => control.hear(message.worker, message.body))
      return
    case 'ping':
      send({ kind: 'pong' })
      return
    case 'drain':
      void end(0)
  }
})
// The supervisor decides when to end: a Ctrl-C reaches the whole process group at once.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('SIGHUP', () => {})
process.on('disconnect', () => void end(1))
process.on('uncaughtException', (error) => {
  log.error('fault in control', { error: error.stack ?? error.message })
  void end(1)
})
