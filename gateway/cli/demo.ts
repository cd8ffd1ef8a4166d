// `sallyport demo`: the whole product on loopback, and three requests to try on it.

import { startDemoWorld, type DemoWorld } from '../demo/demo.ts'
import { startSupervisor } from '../supervisor.ts'
import { createLog } from '../../sidecar/telemetry/log.ts'
import { LineWriter } from '../../sidecar/telemetry/line-writer.ts'
import type { Command } from './command.ts'
import { ExitCode } from './exit-codes.ts'
import { stopSignal } from './up.ts'

export const demo: Command = {
  summary: 'run everything on loopback, with sample services and a token to try',
  usage: 'sallyport demo',
  options: {},
  async run(_args, { talk, out, env, clock, colour, onSignal }) {
    const world = await startDemoWorld(clock)
    const writer = new LineWriter(2)
    const log = createLog(writer, clock, 'supervisor')
    const { file } = world
    const supervisor = await startSupervisor({ file, clock, log, env, show: talk, colour })
    if (supervisor === null) {
      world.close()
      return ExitCode.configurationInvalid
    }
    out(guide(world, supervisor.ports['public'] ?? 0))
    await stopSignal(onSignal, () => void supervisor.reload())
    await supervisor.end()
    world.close()
    await writer.drained()
    talk('sallyport: the demo has ended\n')
    return ExitCode.ok
  },
}

function guide({ caFile, token, issuer, file }: DemoWorld, port: number): string {
  const base = `https://localhost:${port}`
  const curl = `curl -sS -i --cacert ${caFile}`
  return `
Sallyport runs: ${base} in front of two sample services.
Configuration (edit it, it is watched): ${file}
Identity provider: ${issuer}

A token of alice, who may read orders:
export TOKEN=${token}

200, the token is good:
${curl} -H "Authorization: Bearer $TOKEN" ${base}/orders/7

401, there is none:
${curl} ${base}/orders/7

403, it does not grant billing:admin:
${curl} -H "Authorization: Bearer $TOKEN" ${base}/billing/7

Ctrl-C ends the demo.
`
}
