// `npm run soak:mesh`: two minutes of steady load on certificates of 20 s, then two minutes with control killed all the time.

import { parseArgs } from 'node:util'
import { runRotation, type RotationOptions, type RotationResult } from './rotation.ts'

/** Between the end of a certificate and the end of what it opened. */
const LATE_MS = 1500

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    ttl: { type: 'string', default: '20' },
    rate: { type: 'string', default: '100' },
  },
})
const [loadSeconds, ttlSeconds, perSecond] = [values.seconds, values.ttl, values.rate].map(Number)
const load = { loadSeconds: loadSeconds!, perSecond: perSecond! }

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function run(title: string, options: RotationOptions): Promise<RotationResult> {
  const result = await runRotation(options)
  say(`${title}: ${JSON.stringify({ ...options, ...result, failures: result.failures.length })}`)
  for (const failure of result.failures.slice(0, 20)) say(`  ${failure}`)
  return result
}

const short = await run('certificates', { ...load, ttlSeconds: ttlSeconds!, withoutControl: false })
const alone = await run('no control', { ...load, ttlSeconds: 3600, withoutControl: true })
const longestMs = ttlSeconds! * 1000 + LATE_MS
const holds =
  short.failures.length + alone.failures.length === 0 &&
  short.longestConnectionMs < longestMs &&
  short.webSocketMs.every((livedMs) => livedMs !== null && livedMs < longestMs) &&
  alone.webSocketMs.every((livedMs) => livedMs === null)
say(holds ? 'holds' : 'does not hold')
process.exitCode = holds ? 0 : 1
