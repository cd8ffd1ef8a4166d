// What a command is: its words, its options, and a function that answers with an exit code.

import type { ParseArgsOptionsConfig } from 'node:util'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { Language } from './words/language.ts'

export interface CommandContext {
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
  readonly colour: boolean
  /** Of everything that people read; absent: English. What programs read never changes. */
  readonly language?: Language
  readonly out: (text: string) => void
  readonly talk: (text: string) => void
  readonly onSignal: (signal: NodeJS.Signals, listener: () => void) => void
}

export interface CommandArguments {
  readonly values: Readonly<Record<string, unknown>>
  readonly positionals: readonly string[]
}

export interface Command {
  readonly usage: string
  readonly options: ParseArgsOptionsConfig
  readonly run: (args: CommandArguments, context: CommandContext) => Promise<number>
}
