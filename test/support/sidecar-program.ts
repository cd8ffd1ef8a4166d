// The sidecar as a process of its own, without the rest of the command line: `node sidecar-program.ts FLAGS…`.

import { parseArgs } from 'node:util'
import { sidecar } from '../../gateway/cli/sidecar.ts'
import { systemClock } from '../../sidecar/runtime/clock.ts'

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: sidecar.options,
  allowPositionals: true,
})
process.exitCode = await sidecar.run(
  { values, positionals },
  {
    clock: systemClock,
    env: process.env,
    colour: false,
    out: (text) => void process.stdout.write(text),
    talk: (text) => void process.stderr.write(text),
    onSignal: (signal, listener) => void process.on(signal, listener),
  },
)
