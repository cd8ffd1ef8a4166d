// `node load-process.ts OPTIONS`: loads one target until its time is over and prints the result, both as JSON; a process
// of its own, so that whoever measures is not also the one who is busy.

import { generateLoad } from './generator.ts'
import type { GeneratorOptions } from './generator.ts'

const options = JSON.parse(process.argv[2]!) as GeneratorOptions
process.stdout.write(JSON.stringify(await generateLoad(options)))
