// `sallyport schema`: the JSON Schema of the configuration file, for editors and generators.

import { jsonSchema } from '../config/schema.ts'
import type { Command } from './command.ts'
import { ExitCode } from './exit-codes.ts'

export const schema: Command = {
  usage: 'sallyport schema',
  options: {},
  run(_args, { out }) {
    out(`${JSON.stringify(jsonSchema(), null, 2)}\n`)
    return Promise.resolve(ExitCode.ok)
  },
}
