// `sallyport check FILE`: everything that is wrong with a configuration, in the words `up` would use.

import { disk } from '../config/disk.ts'
import { loadConfig } from '../config/load.ts'
import { formatProblems } from '../config/problems.ts'
import { policyTests } from '../decide/policy-tests.ts'
import type { Command } from './command.ts'
import { ExitCode } from './exit-codes.ts'
import { COMMAND_WORDS } from './words/command-words.ts'

const USAGE = 'sallyport check FILE'

export const check: Command = {
  usage: USAGE,
  options: {},
  async run({ positionals }, { talk, out, env, clock, colour, language = 'en' }) {
    const [file] = positionals
    if (file === undefined || positionals.length > 1) {
      talk(`usage: ${USAGE}\n`)
      return ExitCode.usage
    }
    const loaded = await loadConfig(file, {
      ...disk,
      env,
      clock,
      runTests: policyTests('error'),
    })
    const problems = loaded.kind === 'refused' ? loaded.problems : loaded.warnings
    if (problems.length > 0) talk(formatProblems(problems, loaded.text, file, { colour, language }))
    if (loaded.kind === 'refused') return ExitCode.configurationInvalid
    const { routes, listeners } = loaded.config
    out(COMMAND_WORDS[language].fileGood(file, listeners.length, routes.length))
    return ExitCode.ok
  },
}
