// A command that asks the control plane: its options, its errors as exit codes, its answers as a table, JSON or YAML.

import type { ParseArgsOptionsConfig } from 'node:util'
import { stringify } from 'yaml'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { inLanguage } from '../language/in-language.ts'
import { problemTitle } from '../language/problem-titles.ts'
import { ApiFailure, callApi } from './api-client.ts'
import { apiTarget, TARGET_OPTIONS, TARGET_USAGE } from './api-target.ts'
import type { Command, CommandArguments, CommandContext } from './command.ts'
import { ExitCode } from './exit-codes.ts'
import { formatTable } from './table.ts'
import type { Language } from './words/language.ts'
import { spoken } from './words/spoken.ts'
import { MAIN_WORDS } from './words/main-words.ts'

/** Of a text that is a sentence and no file; the last is what stands behind its newline. */
const MAX_LINES = 2

export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<unknown>

export interface ApiCommand {
  /** What stands behind `sallyport NAME `, without the options of every such command. */
  readonly usage: string
  readonly options?: ParseArgsOptionsConfig
  /** What to show, or null for nothing; throws SallyportError `usage` where the arguments will not do. */
  readonly ask: (
    args: CommandArguments,
    call: Call,
    context: CommandContext,
  ) => Promise<Shown | null>
}

export interface Shown {
  /** As it came, for programs. */
  readonly value: unknown
  /** For people: rows of named columns, or a text. */
  readonly table: readonly Readonly<Record<string, string>>[] | string
}

export function apiCommand(name: string, { usage, options, ask }: ApiCommand): Command {
  const line = `sallyport ${name}${usage === '' ? '' : ` ${usage}`} ${TARGET_USAGE} [-o table|json|yaml]`
  return {
    usage: line,
    options: { ...TARGET_OPTIONS, output: { type: 'string', short: 'o' }, ...options },
    async run(args, context) {
      const output = args.values['output'] ?? 'table'
      try {
        if (output !== 'table' && output !== 'json' && output !== 'yaml') {
          throw new SallyportError('usage', '-o: write table, json or yaml')
        }
        const target = apiTarget(args, context)
        // What programs read is the same everywhere.
        const asked = output === 'table' ? (context.language ?? 'en') : 'en'
        const call: Call = (method, path, body, headers) =>
          callApi(target, method, path, body, { ...headers, 'accept-language': asked })
        const shown = await ask(args, call, context)
        if (shown !== null) context.out(format(shown, output, context.language))
        return ExitCode.ok
      } catch (error) {
        return explain(error, name, line, context)
      }
    },
  }
}

function format(
  { value, table }: Shown,
  output: 'table' | 'json' | 'yaml',
  language?: Language,
): string {
  if (output === 'json') return `${JSON.stringify(value, null, 2)}\n`
  if (output === 'yaml') return stringify(value)
  if (typeof table !== 'string') return formatTable(table, language)
  // A longer one is a file, which is shown as it is.
  return table.split('\n').length > MAX_LINES ? table : spoken(table, language ?? 'en')
}

function explain(
  error: unknown,
  name: string,
  line: string,
  { talk, language = 'en' }: CommandContext,
): number {
  if (error instanceof ApiFailure) {
    // English says all of it in its detail.
    const title = language === 'en' ? null : problemTitle(error.code, language)
    const message = inLanguage(error.message, language)
    talk(`sallyport ${name}: ${title === null ? '' : `${title}: `}${message}\n`)
    for (const problem of problemsOf(error, language)) talk(`  ${problem}\n`)
    return exitCodeOf(error)
  }
  if (error instanceof SallyportError && error.code === 'usage') {
    const message = inLanguage(error.message, language)
    talk(`sallyport ${name}: ${message}\n${MAIN_WORDS[language].usage}: ${line}\n`)
    return ExitCode.usage
  }
  throw error
}

function problemsOf({ problem }: ApiFailure, language: Language): string[] {
  const errors = problem?.['errors']
  if (!Array.isArray(errors)) return []
  return (errors as { pointer?: string; detail?: string; hint?: string }[]).map(
    ({ pointer = '', detail = '', hint = '' }) =>
      `${pointer}: ${inLanguage(detail, language)}${hint === '' ? '' : ` (${inLanguage(hint, language)})`}`,
  )
}

function exitCodeOf({ code, status }: ApiFailure): number {
  if (code === 'unreachable') return ExitCode.unreachable
  if (status === 401 || status === 403) return ExitCode.notPermitted
  if (status === 409 || status === 412) return ExitCode.conflict
  if (code === 'config_invalid') return ExitCode.configurationInvalid
  return ExitCode.failure
}
