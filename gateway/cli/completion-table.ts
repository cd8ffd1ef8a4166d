// What can stand where on the command line, read from the table of commands and their usage.

import { CHECK_GROUPS } from '../control/system/check.ts'
import { ROLES } from '../control/admin/operation.ts'
import type { NameKind } from './complete.ts'
import type { Command } from './command.ts'
import { TARGET_USAGE } from './api-target.ts'
import type { Language } from './words/language.ts'

/** What may stand behind an option or a command. */
export type Value =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'names'; readonly of: NameKind }
  | { readonly kind: 'file' }
  | { readonly kind: 'anything' }

export interface CompletedOption {
  /** `--dry-run`. */
  readonly long: string
  /** `-m`, or null. */
  readonly short: string | null
  /** null: it takes none. */
  readonly value: Value | null
}

export interface CompletedCommand {
  readonly name: string
  readonly summary: string
  readonly options: readonly CompletedOption[]
  /** `list`, `add` … */
  readonly verbs: readonly string[]
  readonly operand: Value
}

const OPTION_VALUES: Readonly<Record<string, Value>> = {
  lang: { kind: 'words', words: ['en', 'ja'] },
  output: { kind: 'words', words: ['table', 'json', 'yaml'] },
  role: { kind: 'words', words: ROLES },
  only: { kind: 'words', words: CHECK_GROUPS },
  skip: { kind: 'words', words: CHECK_GROUPS },
  route: { kind: 'names', of: 'routes' },
  service: { kind: 'names', of: 'services' },
  from: { kind: 'names', of: 'services' },
  to: { kind: 'names', of: 'services' },
}
const OPERANDS: Readonly<Record<string, Value>> = {
  rollback: { kind: 'names', of: 'revisions' },
  diff: { kind: 'names', of: 'revisions' },
  canary: { kind: 'names', of: 'routes' },
  completion: { kind: 'words', words: ['bash', 'zsh', 'fish'] },
}
const FILE_OPTION = /^(?:config|data-dir|file|cert|key|.*-file|certificates-to|.*-dir)$/
const LANG: CompletedOption = { long: '--lang', short: null, value: OPTION_VALUES['lang']! }
const HELP: CompletedOption = { long: '--help', short: '-h', value: null }

/** The table of commands, which itself loads what completes them. */
export interface KnownCommands {
  readonly commands: ReadonlyMap<string, { readonly load: () => Promise<Command> }>
  readonly summaryOf: (name: string, language: Language) => string
}

/** Loads every command. */
export async function completionTable(
  { commands, summaryOf }: KnownCommands,
  language: Language,
): Promise<readonly CompletedCommand[]> {
  return Promise.all(
    [...commands].map(async ([name, { load }]) => {
      const { options, usage } = await load()
      const own = Object.entries(options).map(([long, { type, short = null }]) => ({
        long: `--${long}`,
        short: short === null ? null : `-${short}`,
        value: type === 'boolean' ? null : valueOf(long, name),
      }))
      return {
        name,
        summary: summaryOf(name, language),
        options: [...own, LANG, HELP],
        verbs: verbsOf(name, usage),
        operand: OPERANDS[name] ?? ({ kind: /FILE/.test(usage) ? 'file' : 'anything' } as const),
      }
    }),
  )
}

function valueOf(option: string, command: string): Value {
  // Parts of a backup are no groups of checks.
  if (option === 'only' && command !== 'doctor') return { kind: 'anything' }
  if (option === 'from' && command === 'diff') return { kind: 'names', of: 'revisions' }
  if (FILE_OPTION.test(option)) return { kind: 'file' }
  return OPTION_VALUES[option] ?? { kind: 'anything' }
}

/** The first words of the alternatives of a usage that are written as they are typed. */
export function verbsOf(name: string, usage: string): readonly string[] {
  const [, rest = ''] = usage.replace(TARGET_USAGE, '').split(`sallyport ${name} `)
  const verbs = rest
    // `[ls]` is a verb that may be left out; what stands in other brackets are options.
    .replaceAll(/\[([a-z-]+)\]/g, '$1')
    .replaceAll(/\[[^\]]*\]/g, '')
    .split(' | ')
    .flatMap((alternative) => alternative.trim().split(/\s+/)[0]!.split('|'))
    .filter((word) => /^[a-z][a-z-]*$/.test(word))
  return [...new Set(verbs)]
}
