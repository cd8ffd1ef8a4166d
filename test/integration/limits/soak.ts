// `npm run soak:limits`: three minutes of overload (or --seconds N); fails where a promise did not hold.

import { parseArgs } from 'node:util'
import { formatOverload, LEAST_USE, runOverload } from './overload.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '180' } } })
const seconds = Number(values.seconds)
if (!(seconds >= 5 && seconds <= 3600)) {
  process.stderr.write('--seconds is a number from 5 to 3600\n')
  process.exit(2)
}
const report = await runOverload(seconds)
process.stdout.write(`${formatOverload(report)}\n`)
const { results } = report
const isKept = results.every(({ excess, failed }) => excess <= 0 && failed === 0)
const isUsed = results.every(({ use }) => use >= LEAST_USE)
if (!isKept) process.stdout.write('a promise did not hold, or a request failed\n')
if (!isUsed) process.stdout.write('too little of an allowance was used\n')
process.exit(isKept && isUsed ? 0 : 1)
