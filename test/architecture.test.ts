// The direction of imports, the sidecar's package closure and the size of files, as tests.

import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const ROOT = resolve(import.meta.dirname, '..')

/** A rank imports lower ranks only; folders of one rank never import each other. First match wins. */
const RANKS: readonly (readonly [prefix: string, rank: number])[] = [
  ['sidecar/runtime/', 0],
  ['sidecar/identity/', 1],
  ['sidecar/telemetry/', 1],
  // A snapshot carries rules, so policy stands below it; it needs nothing of identity or telemetry.
  ['sidecar/policy/', 1],
  ['gateway/language/', 1],
  ['sidecar/snapshot/', 2],
  ['sidecar/upstream/', 3],
  ['sidecar/forward/', 4],
  ['sidecar/', 5],
  ['gateway/route/', 5],
  ['gateway/auth/', 5],
  ['gateway/cors/', 5],
  ['gateway/limit/', 5],
  ['gateway/allow/', 5],
  ['gateway/mesh/', 5],
  ['gateway/config/', 6],
  ['gateway/decide/', 7],
  ['gateway/edge/', 8],
  ['gateway/egress/', 8],
  ['gateway/control/', 8],
  ['gateway/demo/', 9],
  ['gateway/', 10],
]

const SIDECAR_PACKAGES = new Set(['typebox'])
const TOP_FOLDERS = ['admin-ui', 'deploy', 'gateway', 'sidecar', 'test']
const MAX_LINES = 400

const sources = globSync('{gateway,sidecar}/**/*.ts', { cwd: ROOT }).toSorted()
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? '')
}

function rankOf(file: string): { rank: number; room: string } {
  for (const [prefix, rank] of RANKS) if (file.startsWith(prefix)) return { rank, room: prefix }
  throw new Error(`${file} has no rank`)
}

test('every import points to a lower rank, or stays in its folder', () => {
  const wrong: string[] = []
  for (const file of sources) {
    const from = rankOf(file)
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith('.')) continue
      const target = relative(ROOT, resolve(ROOT, dirname(file), specifier))
      assert.ok(existsSync(join(ROOT, target)), `${file} imports ${specifier}, which is not there`)
      const to = rankOf(target)
      if (from.room !== to.room && to.rank >= from.rank) wrong.push(`${file} → ${target}`)
      if (target.startsWith('test/')) wrong.push(`${file} → ${target}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('the sidecar program is imported by the command line alone', () => {
  const wrong: string[] = []
  for (const file of sources) {
    for (const specifier of importsOf(file)) {
      const target = relative(ROOT, resolve(ROOT, dirname(file), specifier))
      const isProgram = /^sidecar\/[^/]+\.ts$/.test(target)
      if (
        specifier.startsWith('.') &&
        isProgram &&
        !file.startsWith('gateway/cli/') &&
        !/^sidecar\/[^/]+\.ts$/.test(file)
      ) {
        wrong.push(`${file} → ${target}`)
      }
    }
  }
  assert.deepEqual(wrong, [])
})

test('the sidecar uses no package but those it may', () => {
  const wrong: string[] = []
  for (const file of sources) {
    if (!file.startsWith('sidecar/')) continue
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.') || specifier.startsWith('node:')) continue
      const name = specifier.startsWith('@')
        ? specifier.split('/').slice(0, 2).join('/')
        : specifier.split('/')[0]!
      if (!SIDECAR_PACKAGES.has(name)) wrong.push(`${file} → ${specifier}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('there are no import cycles', () => {
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      return
    }
    state.set(file, 'open')
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith('.')) continue
      visit(relative(ROOT, resolve(ROOT, dirname(file), specifier)), [...path, file])
    }
    state.set(file, 'done')
  }
  for (const file of sources) visit(file, [])
  assert.deepEqual(cycles, [])
})

test('only entry files read the process', () => {
  const entries = new Set([
    'gateway/main.ts',
    'gateway/worker.ts',
    'gateway/control-process.ts',
    'gateway/cli/version.ts',
    'gateway/cli/commands.ts',
  ])
  const wrong = sources.filter(
    (file) =>
      !entries.has(file) &&
      /\bprocess\.(?:env|argv|exit|on|stdout|stderr|stdin|cwd)\b/.test(
        readFileSync(join(ROOT, file), 'utf8'),
      ),
  )
  assert.deepEqual(wrong, [])
})

test('files stay small, and none is called utils', () => {
  for (const file of sources) {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n').length
    assert.ok(lines <= MAX_LINES, `${file} has ${lines} lines`)
    assert.doesNotMatch(file, /(?:^|\/)(?:utils|helpers|common|index)\b/)
  }
})

test('every file opens with a sentence of purpose and has no default export', () => {
  for (const file of sources) {
    const text = readFileSync(join(ROOT, file), 'utf8')
    assert.match(text, /^(?:\/\/ |\/\*\*)/, file)
    assert.doesNotMatch(text, /^export default/m, file)
  }
})

test('the top folders are the five parts', () => {
  const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => !['node_modules', 'dist', 'data'].includes(name))
  for (const name of folders) assert.ok(TOP_FOLDERS.includes(name), `${name} is no part`)
})
