// The sidecar is small because of what it does not load.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { test } from 'node:test'

const ROOT = resolve(import.meta.dirname, '../..')
const ENTRY = resolve(ROOT, 'gateway/cli/sidecar.ts')
/** Types are gone when the program runs. */
const IMPORT = /(?:^|\n)(?:import|export)\s(?!type\b)(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]/g

test('the command loads its own files, those of sidecar/, and one package', () => {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (specifier.startsWith('.')) visit(resolve(dirname(file), specifier))
      else if (!specifier.startsWith('node:')) packages.add(specifier)
    }
  }
  visit(ENTRY)
  assert.ok(files.size > 40, `${files.size} files`)
  const outside = [...files]
    .map((file) => relative(ROOT, file))
    .filter((file) => !file.startsWith('sidecar/'))
  assert.deepEqual(outside.toSorted(), ['gateway/cli/exit-codes.ts', 'gateway/cli/sidecar.ts'])
  assert.deepEqual(
    [...packages].filter((name) => !name.startsWith('typebox')),
    [],
  )
})
