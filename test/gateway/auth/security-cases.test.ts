// The JWT cases of the project's list of attacks, each with the outcome it must have and the reason we must give.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { keyCases } from './security-cases-keys.ts'
import type { SecurityCase } from './security-cases-kinds.ts'
import { tokenCases } from './security-cases-tokens.ts'

const LIST = new URL('../../../../shared/corpora/security-cases.tsv', import.meta.url)

const cases: Readonly<Record<string, SecurityCase>> = { ...tokenCases, ...keyCases }

for (const [id, { what, run, elsewhere }] of Object.entries(cases)) {
  test(`${id} ${what}`, elsewhere === undefined ? {} : { skip: elsewhere }, run)
}

test('every JWT case of the list is in the tables', (t) => {
  if (!existsSync(LIST)) return t.skip('the list of security cases is not here')
  const lines = readFileSync(LIST, 'utf8').split('\n')
  const listed = lines.map((line) => line.split('\t')[0]!).filter((id) => /^J\d+$/.test(id))
  assert.ok(listed.length > 90)
  assert.deepEqual(Object.keys(cases).toSorted(), listed.toSorted())
})
