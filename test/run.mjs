// `npm test`: every test file under test/, two at a time, each with a deadline. Plain JavaScript: it also runs on the
// old Node that a fresh machine may have, and then says what to do.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { provision } from './provision.mjs'

/** A file that does not end by itself must not hold up the run for ever. */
const RUN_MS = 15 * 60_000
const root = fileURLToPath(new URL('..', import.meta.url))
const cache = fileURLToPath(new URL('../node_modules/.cache/sallyport', import.meta.url))
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 22) {
  process.stderr.write(
    `Node ${process.versions.node} is too old to run the tests. \`npm ci\` installs the right one; run \`npm test\`.\n`,
  )
  process.exit(1)
}
const chosen = process.argv.slice(2)
const files = (chosen.length > 0 ? chosen : ['test/**/*.test.ts'])
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .toSorted()
if (files.length === 0) {
  process.stderr.write(`no test file matches ${chosen.join(' ')}\n`)
  process.exit(1)
}
if (!provision(process.env, (text) => process.stderr.write(text))) process.exit(1)
const result = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=2', '--test-timeout=120000', '--test-reporter=spec', ...files],
  // Hundreds of processes read the same sources.
  {
    cwd: root,
    stdio: 'inherit',
    timeout: RUN_MS,
    env: { NODE_COMPILE_CACHE: cache, ...process.env },
  },
)
process.exit(result.status ?? 1)
