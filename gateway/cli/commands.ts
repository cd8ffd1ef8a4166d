// Every command of the program, in the order in which help lists them. Each is loaded when it is asked for: a sidecar is to
// carry nothing of the gateway.

import type { Command } from './command.ts'
import type { Language } from './words/language.ts'
import { MAIN_WORDS } from './words/main-words.ts'
import { SUMMARIES_JA } from './words/summaries.ts'

export type { CommandContext } from './command.ts'

interface Entry {
  readonly summary: string
  readonly load: () => Promise<Command>
}

const ENTRIES = {
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
  request: {
    summary: 'send one real request through this node and say what came back',
    load: async () => (await import('./policies.ts')).request,
  },
  cors: {
    summary:
      'say what a page of another origin gets from a route, and what the browser makes of it',
    load: async () => (await import('./policies.ts')).cors,
  },
  issuers: {
    summary: 'list who issues the tokens, and ask an identity provider for its keys',
    load: async () => (await import('./policies.ts')).issuers,
  },
  tail: {
    summary: 'follow requests as they end, by filters',
    load: async () => (await import('./tail.ts')).tail,
  },
  canary: {
    summary: 'share out the requests of a route between its targets, promote one or go back',
    load: async () => (await import('./canary.ts')).canary,
  },
  nodes: {
    summary: 'list the nodes of the fleet and what they serve',
    load: async () => (await import('./nodes.ts')).nodes,
  },
  limits: {
    summary: 'list whom the limits refuse; count one anew, block it, change its limit',
    load: async () => (await import('./limits.ts')).limits,
  },
  egress: {
    summary: 'see what was refused on its way out, let it through, or ask whether it would be',
    load: async () => (await import('./egress.ts')).egress,
  },
  certs: {
    summary: 'list certificates and how long they are good for, or put a new one in place',
    load: async () => (await import('./certs.ts')).certs,
  },
  'join-token': {
    summary: 'make a one-time token by which a sidecar joins',
    load: async () => (await import('./mesh.ts')).joinToken,
  },
  services: {
    summary: 'show every service’s endpoints and how they are; drain or enable one',
    load: async () => (await import('./services.ts')).services,
  },
  user: {
    summary: 'list, add, change and remove who may use the control plane',
    load: async () => (await import('./access.ts')).user,
  },
  token: {
    summary: 'list, add and remove API tokens',
    load: async () => (await import('./access.ts')).token,
  },
  audit: {
    summary: 'list who did what, and verify that the record of it is whole',
    load: async () => (await import('./audit.ts')).audit,
  },
  login: {
    summary: 'keep a server and a token for the commands after it',
    load: async () => (await import('./login.ts')).login,
  },
  doctor: {
    summary: 'look at everything the gateway depends on, and say what to do',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  backup: {
    summary: 'save configuration, history and accounts in one encrypted file',
    load: async () => (await import('./backup.ts')).backup,
  },
  restore: {
    summary: 'put a backup back, after showing what that would change',
    load: async () => (await import('./backup.ts')).restore,
  },
  export: {
    summary: 'write out the configuration that is served (`apply` puts it back)',
    load: async () => (await import('./backup.ts')).exportConfig,
  },
  diagnostics: {
    summary: 'gather what helps to find a fault, without secrets',
    load: async () => (await import('./backup.ts')).diagnostics,
  },
  completion: {
    summary: 'print the completion script of a shell (bash, zsh, fish)',
    load: async (): Promise<Command> =>
      (await import('./completion.ts')).completionCommand({ commands, summaryOf }),
  },
  schema: {
    summary: 'print the JSON Schema of the configuration file',
    load: async () => (await import('./schema.ts')).schema,
  },
  version: {
    summary: 'print the version',
    load: async () => (await import('./version.ts')).version,
  },
} as const satisfies Readonly<Record<string, Entry>>

/** A command without a summary in Japanese is a fault here. */
const JAPANESE: Readonly<Record<keyof typeof ENTRIES, string>> = SUMMARIES_JA

/** Those that people ask for. */
export const commands: ReadonlyMap<string, Entry> = new Map<string, Entry>(Object.entries(ENTRIES))

/** Those that only programs of ours ask for: help does not name them. */
export const hiddenCommands: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  [
    '__complete',
    {
      summary: 'name what could stand at this place of the command line',
      load: async () => (await import('./complete.ts')).complete,
    },
  ],
])

export function summaryOf(name: string, language: Language): string {
  const { summary } = commands.get(name) ?? { summary: '' }
  return language === 'ja' && Object.hasOwn(JAPANESE, name)
    ? JAPANESE[name as keyof typeof JAPANESE]
    : summary
}

export function usage(language: Language = 'en'): string {
  const t = MAIN_WORDS[language]
  const width = Math.max(...[...commands.keys()].map((name) => name.length))
  const lines = [...commands.keys()].map(
    (name) => `  ${name.padEnd(width)}  ${summaryOf(name, language)}`,
  )
  return `${t.motto}\n\n${t.usage}: ${t.usageLine}\n\n${lines.join('\n')}\n\n${t.moreHelp}\n`
}
