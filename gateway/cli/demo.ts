// `sallyport demo`: the whole product on loopback with sample services, and what to try on it.

import { controlSocketPath } from '../control/admin/local-socket.ts'
import { Demo, type DemoDeps, type DemoOptions } from '../demo/demo.ts'
import { DEMO_PORTS, guide } from '../demo/guide.ts'
import { program } from '../worker-processes.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import { callApi } from './api-client.ts'
import type { Command, CommandArguments, CommandContext } from './command.ts'
import { ExitCode } from './exit-codes.ts'

const USAGE = 'sallyport demo [--keep NEW-FOLDER] [--port 8443]'
const ANY_PORTS = { edge: 0, console: 0, egress: 0, partner: 0 }

export const demo: Command = {
  usage: USAGE,
  options: { keep: { type: 'string' }, port: { type: 'string' } },
  async run(args, context) {
    const { talk, out, clock, onSignal } = context
    const options = readOptions(args)
    if (options === null) {
      talk(`usage: ${USAGE}\n`)
      return ExitCode.usage
    }
    const stopped = stopSignal(onSignal)
    const tell = (line: string): void => talk(`sallyport: ${line}\n`)
    tell('the demo starts')
    const running = new Demo(options, { clock, program: program('main'), joinToken, tell })
    const served = running.start().then((facts) => {
      out(guide(facts))
      return running.broken
    })
    const fault = await Promise.race([stopped, served]).catch((error: unknown) => error)
    if (fault !== undefined) tell(errorMessage(fault))
    await running.close()
    tell('the demo has ended')
    return fault === undefined ? ExitCode.ok : ExitCode.failure
  },
}

/** null for what cannot be read; `--port 0` means any free port for everything. */
function readOptions({ values, positionals }: CommandArguments): DemoOptions | null {
  const { keep, port } = values
  if (positionals.length > 0 || keep === '') return null
  const edge = typeof port === 'string' ? Number(port) : DEMO_PORTS.edge
  if (typeof port === 'string' && !(/^\d{1,5}$/.test(port) && edge <= 65_535)) return null
  const ports = edge === 0 ? ANY_PORTS : { ...DEMO_PORTS, edge }
  return { keep: typeof keep === 'string' ? keep : null, ports }
}

const joinToken: DemoDeps['joinToken'] = async (dataDir, service) => {
  const target = { kind: 'socket', path: controlSocketPath(dataDir) } as const
  const made = await callApi(target, 'POST', '/api/v1/join-tokens', { service })
  return (made as { token: string }).token
}

/** Resolves at SIGINT, at SIGTERM, and when the terminal is closed. */
function stopSignal(onSignal: CommandContext['onSignal']): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) onSignal(signal, () => resolve())
  })
}
