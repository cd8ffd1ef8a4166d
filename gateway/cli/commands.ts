// Every command of the program, in the order in which help lists them.

import { check } from './check.ts'
import type { Command } from './command.ts'
import { demo } from './demo.ts'
import { egress } from './egress.ts'
import { joinToken, services } from './mesh.ts'
import { apply, diff, history, rollback } from './revisions.ts'
import { schema } from './schema.ts'
import { sidecar } from './sidecar.ts'
import { up } from './up.ts'
import { version } from './version.ts'

export type { CommandContext } from './command.ts'

export const commands: ReadonlyMap<string, Command> = new Map([
  ['demo', demo],
  ['up', up],
  ['sidecar', sidecar],
  ['check', check],
  ['diff', diff],
  ['apply', apply],
  ['history', history],
  ['rollback', rollback],
  ['egress', egress],
  ['join-token', joinToken],
  ['services', services],
  ['schema', schema],
  ['version', version],
])

export function usage(): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length))
  const lines = [...commands].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return `Sallyport: one guarded door for what comes into your services.\n\nusage: sallyport COMMAND [options]\n\n${lines.join('\n')}\n`
}
