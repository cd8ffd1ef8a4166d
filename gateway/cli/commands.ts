// Every command of the program, in the order in which help lists them. Each is loaded when it is asked for: a sidecar is to
// carry nothing of the gateway.

import type { Command } from './command.ts'

export type { CommandContext } from './command.ts'

interface Entry {
  readonly summary: string
  readonly load: () => Promise<Command>
}

const ENTRIES: Readonly<Record<string, Entry>> = {
  demo: {
    summary: 'run everything on loopback, with sample services and a token to try',
    load: async () => (await import('./demo.ts')).demo,
  },
  up: {
    summary: 'run the gateway from a configuration file',
    load: async () => (await import('./up.ts')).up,
  },
  sidecar: {
    summary: 'run the sidecar of one app instance',
    load: async () => (await import('./sidecar.ts')).sidecar,
  },
  check: {
    summary: 'say everything that is wrong with a configuration file',
    load: async () => (await import('./check.ts')).check,
  },
  diff: {
    summary: 'say what a file would change, or what a revision changed',
    load: async () => (await import('./revisions.ts')).diff,
  },
  apply: {
    summary: 'put a configuration to work everywhere, or nowhere',
    load: async () => (await import('./revisions.ts')).apply,
  },
  history: {
    summary: 'list what was served before',
    load: async () => (await import('./revisions.ts')).history,
  },
  rollback: {
    summary: 'serve an earlier revision again (by default the one before)',
    load: async () => (await import('./revisions.ts')).rollback,
  },
  explain: {
    summary: 'say why a request was refused, or would be, down to the line of the file',
    load: async () => (await import('./explain.ts')).explain,
  },
  tail: {
    summary: 'follow requests as they end, by filters',
    load: async () => (await import('./tail.ts')).tail,
  },
  nodes: {
    summary: 'list the nodes of the fleet and what they serve',
    load: async () => (await import('./nodes.ts')).nodes,
  },
  limits: {
    summary: 'list whom the limits refuse',
    load: async () => (await import('./limits.ts')).limits,
  },
  egress: {
    summary: 'see what was refused on its way out, let it through, or ask whether it would be',
    load: async () => (await import('./egress.ts')).egress,
  },
  'join-token': {
    summary: 'make a one-time token by which a sidecar joins',
    load: async () => (await import('./mesh.ts')).joinToken,
  },
  services: {
    summary: 'list the instances of the mesh',
    load: async () => (await import('./mesh.ts')).services,
  },
  user: {
    summary: 'list, add, change and remove who may use the control plane',
    load: async () => (await import('./access.ts')).user,
  },
  token: {
    summary: 'list, add and remove API tokens',
    load: async () => (await import('./access.ts')).token,
  },
  login: {
    summary: 'keep a server and a token for the commands after it',
    load: async () => (await import('./login.ts')).login,
  },
  schema: {
    summary: 'print the JSON Schema of the configuration file',
    load: async () => (await import('./schema.ts')).schema,
  },
  version: {
    summary: 'print the version',
    load: async () => (await import('./version.ts')).version,
  },
}

export const commands: ReadonlyMap<string, Entry> = new Map(Object.entries(ENTRIES))

export function usage(): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length))
  const lines = [...commands].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return `Sallyport: one guarded door for what comes into your services.\n\nusage: sallyport COMMAND [options]\n\n${lines.join('\n')}\n`
}
