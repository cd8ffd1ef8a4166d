// `sallyport sidecar`: one beside each app instance; mutual TLS in, mutual TLS out, until it is told to stop.

import { randomFillSync } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { readSettings, SIDECAR_FLAGS } from '../../sidecar/options.ts'
import { createIdSource } from '../../sidecar/runtime/ids.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import { Sidecar } from '../../sidecar/sidecar.ts'
import { LineWriter } from '../../sidecar/telemetry/line-writer.ts'
import { createLog } from '../../sidecar/telemetry/log.ts'
import type { Command, CommandContext } from './command.ts'
import { ExitCode } from './exit-codes.ts'

const KEEP_ALIVE_MS = 3_600_000
const USAGE =
  'sallyport sidecar --service NAME --app http://127.0.0.1:PORT|unix:/PATH --control https://HOST:PORT\n' +
  '         --token-file FILE | --jwt-file FILE --ca-file FILE --trust-domain NAME\n' +
  '         [--inbound 0.0.0.0:15443] [--outbound 127.0.0.1:15001] [--admin 127.0.0.1:15000]\n' +
  '         [--address IP] [--health /PATH] [--data-dir FOLDER] [--app-version V] [--zone Z] [--weight 100]\n' +
  '         [--timeout 15s] [--propagation 2s] [--drain 30s] [--access-log failures|all|off]\n' +
  '         [--production] [--app-not-loopback]'

export const sidecar: Command = {
  usage: USAGE,
  options: SIDECAR_FLAGS,
  async run({ values, positionals }, context) {
    const { talk, clock } = context
    if (positionals.length > 0) {
      talk(`usage: ${USAGE}\n`)
      return ExitCode.usage
    }
    const settings = readSettings(values, ({ path, message, fix }) =>
      talk(`sallyport sidecar: ${path.join('.')}: ${message}; ${fix}\n`),
    )
    if (settings === null) return ExitCode.usage
    if (settings.dataDir !== null) mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 })
    const records = new LineWriter(1)
    const writer = new LineWriter(2)
    const program = new Sidecar(settings, {
      clock,
      random: Math.random,
      newId: createIdSource(randomFillSync),
      log: createLog(writer, clock, 'sidecar'),
      records,
      readText: (file) => readFileSync(file, 'utf8'),
    })
    // While it waits for control, nothing else might keep this process alive.
    const keepAlive = setInterval(() => {}, KEEP_ALIVE_MS)
    const stopped = stopSignal(context)
    const failed = program.start().then(
      () => {
        const { inbound, outbound, admin } = program.ports
        talk(
          `sallyport: sidecar of ${settings.service} ready; inbound ${inbound}, outbound ${outbound}, admin ${admin}\n`,
        )
        return stopped
      },
      (error: unknown) => error,
    )
    const error = await Promise.race([stopped, failed])
    await program.stop()
    clearInterval(keepAlive)
    await Promise.all([records.drained(), writer.drained()])
    if (error === undefined) return ExitCode.ok
    talk(`sallyport sidecar: ${errorMessage(error)}\n`)
    return ExitCode.failure
  },
}

/** Resolves at SIGTERM or SIGINT. */
function stopSignal({ onSignal }: CommandContext): Promise<void> {
  return new Promise((resolve) => {
    onSignal('SIGTERM', () => resolve())
    onSignal('SIGINT', () => resolve())
  })
}
