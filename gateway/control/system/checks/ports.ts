// Whether every door of the configuration can be listened on, or, where the gateway runs, answers.

import type { Plan } from '../../../config/plan.ts'
import type { CheckContext } from '../check-context.ts'
import type { Finding } from '../check.ts'

interface Door {
  readonly name: string
  readonly host: string
  readonly port: number
}

/** At most one finding for each door that is wrong, or one for all of them. */
export async function checkPorts({
  plan,
  running,
  probes,
}: CheckContext): Promise<readonly Finding[]> {
  if (plan === null) return []
  const doors = doorsOf(plan, running?.ports ?? {})
  const found = await Promise.all(
    doors.map(async (door): Promise<Finding | null> => {
      const at = `${door.name} (${door.host}:${door.port})`
      if (running === null) {
        const reason = await probes.tryToBind(door.host, door.port)
        if (reason === null) return null
        return { id: 'ports.free', status: 'failed', say: (t) => t.portTaken(at, reason) }
      }
      const reason = await probes.tryToConnect(reachable(door.host), door.port)
      if (reason === null) return null
      return { id: 'ports.answering', status: 'failed', say: (t) => t.portSilent(at, reason) }
    }),
  )
  const wrong = found.filter((finding) => finding !== null)
  if (wrong.length > 0 || doors.length === 0) return wrong
  const count = doors.length
  return running === null
    ? [{ id: 'ports.free', status: 'ok', say: (t) => t.portFree(count) }]
    : [{ id: 'ports.answering', status: 'ok', say: (t) => t.portOurs(count) }]
}

/** Those whose port is known: it was given, or bound by now. */
function doorsOf(plan: Plan, bound: Readonly<Record<string, number>>): readonly Door[] {
  const { listeners, egress, mesh, admin, metrics } = plan
  const at = (name: string, door: { readonly host: string; readonly port: number } | null) =>
    door === null ? [] : [{ name, host: door.host, port: door.port || (bound[name] ?? 0) }]
  return [
    ...listeners.flatMap((listener) => at(listener.name, listener)),
    ...at('egress.plain', egress?.plain ?? null),
    ...at('egress.mesh', egress?.mesh ?? null),
    ...at('mesh', mesh),
    ...at('admin', admin.kind === 'off' ? null : admin),
    ...at('metrics', metrics),
  ].filter(({ port }) => port !== 0)
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
