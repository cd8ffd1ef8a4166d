// Reads the arguments of one command, and says in a person's language what is wrong with them.

import { parseArgs } from 'node:util'
import { errorCode, errorMessage } from '../../sidecar/runtime/errors.ts'
import { closest } from '../../sidecar/runtime/suggest.ts'
import type { Command, CommandArguments } from './command.ts'
import type { Language } from './words/language.ts'
import { MAIN_WORDS } from './words/main-words.ts'

export type ParsedCommand =
  | { readonly kind: 'run'; readonly args: CommandArguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly reason: string }

/** `isLenient`: options that nobody knows are passed over. */
export function parseCommand(
  args: readonly string[],
  { options }: Pick<Command, 'options'>,
  language: Language,
  isLenient = false,
): ParsedCommand {
  const end = args.indexOf('--')
  const before = end === -1 ? args : args.slice(0, end)
  if (!isLenient && before.some((arg) => arg === '--help' || arg === '-h')) return { kind: 'help' }
  try {
    const parsed = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: !isLenient,
    })
    return { kind: 'run', args: { values: parsed.values, positionals: parsed.positionals } }
  } catch (error) {
    return { kind: 'wrong', reason: reasonOf(error, Object.keys(options), language) }
  }
}

function reasonOf(error: unknown, known: readonly string[], language: Language): string {
  const t = MAIN_WORDS[language]
  const message = errorMessage(error)
  const option = /'(-[^' ]*)/.exec(message)?.[1] ?? ''
  switch (errorCode(error)) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION': {
      const near = closest(option.replace(/^-+/, ''), known)
      const hint = near === null ? '' : `; ${t.didYouMeanOption(`--${near}`)}`
      return `${t.unknownOption(option)}${hint}`
    }
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE': {
      const long = /(--[a-z-]+)/.exec(message)?.[1] ?? option
      return message.includes('does not take an argument')
        ? t.needlessValue(long)
        : t.missingValue(long)
    }
    default:
      return message
  }
}
