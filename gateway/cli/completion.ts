// `sallyport completion bash|zsh|fish`: the script that completes commands, options and names in a shell.

import type { Command } from './command.ts'
import { bashScript, fishScript, zshScript } from './completion-scripts.ts'
import { completionTable, type KnownCommands } from './completion-table.ts'
import { ExitCode } from './exit-codes.ts'
import { MAIN_WORDS } from './words/main-words.ts'

const USAGE = 'sallyport completion bash|zsh|fish'

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

export function completionCommand(known: KnownCommands): Command {
  return {
    usage: USAGE,
    options: {},
    async run({ positionals }, { out, talk, language = 'en' }) {
      const [shell = ''] = positionals
      if (!Object.hasOwn(SCRIPTS, shell) || positionals.length > 1) {
        talk(`${MAIN_WORDS[language].usage}: ${USAGE}\n`)
        return ExitCode.usage
      }
      out(SCRIPTS[shell as keyof typeof SCRIPTS](await completionTable(known, language)))
      return ExitCode.ok
    },
  }
}
