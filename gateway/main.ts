// The command line's entry: finds the command and runs it. Data goes to stdout, talk to stderr.

import { commands, hiddenCommands, usage, type CommandContext } from './cli/commands.ts'
import { ExitCode } from './cli/exit-codes.ts'
import { helpOf } from './cli/help.ts'
import { parseCommand } from './cli/parse-command.ts'
import { chooseLanguage, type Language } from './cli/words/language.ts'
import { MAIN_WORDS } from './cli/words/main-words.ts'
import { systemClock } from '../sidecar/runtime/clock.ts'
import { errorMessage } from '../sidecar/runtime/errors.ts'
import { closest } from '../sidecar/runtime/suggest.ts'

const context: CommandContext = {
  clock: systemClock,
  env: process.env,
  colour: process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined,
  out: (text) => void process.stdout.write(text),
  talk: (text) => void process.stderr.write(text),
  onSignal: (signal, listener) => void process.on(signal, listener),
}

// A reader that has seen enough (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(ExitCode.ok)
})

async function run(args: readonly string[]): Promise<number> {
  const choice = chooseLanguage(args, process.env)
  const { language } = choice
  const t = MAIN_WORDS[language]
  if (choice.kind === 'unknown') {
    context.talk(`${t.noLanguage(choice.given)}\n`)
    return ExitCode.usage
  }
  const [name = 'help', ...rest] = choice.rest
  if (['help', '--help', '-h'].includes(name)) {
    const [about] = rest
    if (about === undefined || !commands.has(about)) context.out(usage(language))
    else context.out(await helpOf(about, language))
    return ExitCode.ok
  }
  const hidden = hiddenCommands.get(name)
  const entry = hidden ?? commands.get(name === '--version' ? 'version' : name)
  if (entry === undefined) {
    const near = closest(name, commands.keys())
    const hint = near === null ? '' : `; ${t.didYouMean(near)}`
    context.talk(`${t.noCommand(name)}${hint}\n\n${usage(language)}`)
    return ExitCode.usage
  }
  const command = await entry.load()
  const parsed = parseCommand(rest, command, language, hidden !== undefined)
  if (parsed.kind === 'help') {
    context.out(await helpOf(name, language))
    return ExitCode.ok
  }
  if (parsed.kind === 'wrong') {
    context.talk(`sallyport ${name}: ${parsed.reason}\n${t.usage}: ${command.usage}\n`)
    return ExitCode.usage
  }
  const talk = await talkIn(language, name)
  const code = await command.run(parsed.args, { ...context, talk, language })
  // Nobody waits for what it has left under way.
  if (hidden !== undefined) process.exit(code)
  return code
}

/** A sidecar carries no words of the gateway. */
async function talkIn(language: Language, command: string): Promise<CommandContext['talk']> {
  if (language === 'en' || command === 'sidecar') return context.talk
  const { spoken } = await import('./cli/words/spoken.ts')
  return (text) => context.talk(spoken(text, language))
}

process.exitCode = await run(process.argv.slice(2)).catch((error: unknown) => {
  context.talk(`sallyport: ${errorMessage(error)}\n`)
  return ExitCode.failure
})
