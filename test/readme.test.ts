// What the README promises by name exists, and what exists by name is in the README.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { reasonStatuses } from '../gateway/edge/answers.ts'
import { commands } from '../gateway/cli/commands.ts'
import { rescueStatus } from '../sidecar/forward/rescue.ts'

const readme = readFileSync(resolve(import.meta.dirname, '../README.md'), 'utf8')
const contributing = readFileSync(resolve(import.meta.dirname, '../CONTRIBUTING.md'), 'utf8')

/** The row of the table of refusals for `status`. */
function row(status: number): string {
  const found = new RegExp(`^\\| ${status} \\|.*$`, 'm').exec(readme)
  assert.ok(found, `the README has no row for ${status}`)
  return found[0]
}

test('every reason of the edge stands in the table of refusals, under its status', () => {
  for (const [reason, status] of Object.entries(reasonStatuses())) {
    assert.ok(row(status).includes(`\`${reason}\``), `${reason} (${status})`)
  }
})

test('every fault of an upstream stands in the table of refusals, under its status', () => {
  const faults = [
    'upstream_connect_failed',
    'upstream_connect_timeout',
    'upstream_tls_failed',
    'upstream_reset',
    'upstream_invalid_response',
    'upstream_timeout',
    'upstream_body_aborted',
    'upstream_overloaded',
    'upstream_unavailable',
  ] as const
  for (const fault of faults) {
    assert.ok(row(rescueStatus(fault)).includes(`\`${fault}\``), fault)
  }
})

test('every command stands in the README', () => {
  for (const name of commands.keys()) assert.match(readme, new RegExp(`\`sallyport ${name}`), name)
})

test('every runtime dependency has a line in the table of CONTRIBUTING', () => {
  const manifest = JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../package.json'), 'utf8'),
  ) as Record<'dependencies' | 'optionalDependencies', Record<string, string>>
  const names = [
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.optionalDependencies),
  ]
  const table = contributing.split('\n').filter((line) => line.startsWith('| '))
  for (const name of names)
    assert.ok(
      table.some((line) => line.includes(name)),
      name,
    )
})
