// `sallyport up -c FILE`: the gateway itself, until it is told to stop.

import { startSupervisor, type Supervisor } from '../supervisor.ts'
import { createLog } from '../../sidecar/telemetry/log.ts'
import { LineWriter } from '../../sidecar/telemetry/line-writer.ts'
import type { Command } from './command.ts'
import { ExitCode } from './exit-codes.ts'

const KEEP_ALIVE_MS = 3_600_000
const USAGE = 'sallyport up -c FILE'

export const up: Command = {
  usage: USAGE,
  options: { config: { type: 'string', short: 'c' } },
  async run({ values, positionals }, { talk, env, clock, colour, language = 'en', onSignal }) {
    const file = values['config'] ?? positionals[0]
    if (typeof file !== 'string' || positionals.length > (values['config'] === undefined ? 1 : 0)) {
      talk(`usage: ${USAGE}\n`)
      return ExitCode.usage
    }
    const writer = new LineWriter(2)
    const log = createLog(writer, clock, 'supervisor')
    const supervisor = await startSupervisor({
      file,
      clock,
      log,
      env,
      show: talk,
      colour,
      language,
    })
    if (supervisor === null) return ExitCode.configurationInvalid
    talk(listening(supervisor))
    await stopSignal(onSignal, () => void supervisor.reload())
    await supervisor.end()
    await writer.drained()
    return ExitCode.ok
  },
}

/** `sallyport: public on https://127.0.0.1:8443`, a line for each listener and door. */
export function listening(supervisor: Supervisor): string {
  const lines = supervisor.plan.listeners.map(({ name, host, port, tls }) => {
    const scheme = tls === null ? 'http' : 'https'
    return `sallyport: ${name} on ${scheme}://${at(host, supervisor.ports[name] ?? port)}\n`
  })
  return [...lines, ...doors(supervisor)].join('')
}

/** The doors that are no listeners of routes. */
function doors({ plan, ports }: Supervisor): string[] {
  const { egress, mesh } = plan
  return [
    ...(egress?.plain
      ? [`sallyport: egress on http://${at(egress.plain.host, ports['egress.plain'])}\n`]
      : []),
    ...(egress?.mesh
      ? [`sallyport: egress for the mesh on ${at(egress.mesh.host, ports['egress.mesh'])}\n`]
      : []),
    ...(mesh === null
      ? []
      : [`sallyport: mesh control on https://${at(mesh.host, ports['mesh'])}\n`]),
  ]
}

function at(host: string, port = 0): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Resolves at SIGTERM or SIGINT; SIGHUP reloads. */
export function stopSignal(
  onSignal: (signal: NodeJS.Signals, listener: () => void) => void,
  reload: () => void,
): Promise<void> {
  onSignal('SIGHUP', reload)
  return new Promise((resolve) => {
    // Between the death of the only worker and the start of the next, nothing else would keep this process alive.
    const keepAlive = setInterval(() => {}, KEEP_ALIVE_MS)
    const stop = (): void => {
      clearInterval(keepAlive)
      resolve()
    }
    onSignal('SIGTERM', stop)
    onSignal('SIGINT', stop)
  })
}
