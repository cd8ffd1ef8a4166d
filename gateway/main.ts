// The command line's entry: finds the command and runs it. Data goes to stdout, talk to stderr.

import { parseArgs } from 'node:util'
import { commands, usage, type CommandContext } from './cli/commands.ts'
import { ExitCode } from './cli/exit-codes.ts'
import { systemClock } from '../sidecar/runtime/clock.ts'
import { errorMessage } from '../sidecar/runtime/errors.ts'

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

async function run(): Promise<number> {
  const [name = 'help', ...rest] = process.argv.slice(2)
  if (name === 'help' || name === '--help' || name === '-h') {
    context.out(usage())
    return ExitCode.ok
  }
  const entry = commands.get(name === '--version' ? 'version' : name)
  if (entry === undefined) {
    context.talk(`sallyport: there is no command \`${name}\`\n\n${usage()}`)
    return ExitCode.usage
  }
  const command = await entry.load()
  let parsed
  try {
    parsed = parseArgs({ args: rest, options: command.options, allowPositionals: true })
  } catch (error) {
    context.talk(`sallyport ${name}: ${errorMessage(error)}\nusage: ${command.usage}\n`)
    return ExitCode.usage
  }
  return command.run({ values: parsed.values, positionals: parsed.positionals }, context)
}

process.exitCode = await run().catch((error: unknown) => {
  context.talk(`sallyport: ${errorMessage(error)}\n`)
  return ExitCode.failure
})
