import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatProblems, type LocatedProblem } from '../../../gateway/config/problems.ts'
import {
  hideSecrets,
  redactProblem,
  reportLiteralSecrets,
} from '../../../gateway/config/secrets.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { loadText } from './memory-disk.ts'

function literal(value: unknown, production = false): string[] {
  const found: string[] = []
  reportLiteralSecrets(value, production, (p) =>
    found.push(`${p.path.join('.')} ${p.severity}: ${p.message}`),
  )
  return found
}

test('passwords, keys and credentials written in the file are found', () => {
  const key = '-----BEGIN EC PRIVATE KEY-----\nx'
  const value = {
    a: 'redis://:pw@h',
    b: ['postgres://u:pw@h/db'],
    c: key,
    jwks: {
      keys: [
        { kty: 'EC', x: '1' },
        { kty: 'oct', k: 'x' },
      ],
    },
    headers: { request: { set: { Authorization: 'Bearer abc', 'x-y': 'z' } } },
  }
  assert.deepEqual(literal(value), [
    'a warning: a password is written in the file',
    'b.0 warning: a password is written in the file',
    'c warning: a private key is written in the file',
    'jwks.keys.1 warning: a private key is written in the file',
    'headers.request.set.Authorization warning: a credential is written in the file',
  ])
  assert.match(literal({ a: 'redis://:pw@h' }, true)[0]!, /error/)
})

test('references to secrets elsewhere are not secrets', () => {
  const value = {
    a: 'redis://u:${env:PW}@h',
    headers: { request: { set: { authorization: 'Bearer ${file:t}' } } },
    b: 'https://idp.example:8443/a@b',
    claims: { authorization: 'x' },
  }
  assert.deepEqual(literal(value), [])
})

test('hiding keeps every column where it was', () => {
  const line = 'a: "http://u:pw@h", authorization: Bearer x, secret: ${env:X}, password: [1]'
  const hidden = hideSecrets(line)
  assert.equal(hidden.length, line.length)
  assert.equal(
    hidden,
    'a: "http://u:**@h", authorization: ********, secret: ${env:X}, password: [1]',
  )
})

const secret = { path: ['routes', 0, 'to'], reference: '${env:URL}', value: 'S3cret-Value' }

function redacted(path: Problem['path'], message: string, value = secret.value): string {
  const problem: Problem = { severity: 'error', path, message, fix: '' }
  return redactProblem(problem, [{ ...secret, value }]).message
}

test('where a value was put in, no piece of it of four characters or more is told', () => {
  assert.equal(
    redacted(['routes', 0, 'to'], '`s3cret-value` or S3CRE or t-Val or S3c'),
    '`…` or … or … or S3c (in ${env:URL})',
  )
  assert.equal(
    redacted(['routes', 0, 'to', 'x'], 'ab is wrong', 'ab'),
    '${env:URL} is wrong (in ${env:URL})',
  )
})

test('a value of a few characters leaves our own words alone, and is not told all the same', () => {
  const at = ['routes', 0, 'to']
  const shown = (message: string, fix: string, value: string) => {
    const problem: Problem = { severity: 'error', path: at, message, fix }
    const told = redactProblem(problem, [{ ...secret, value }])
    return [told.message, told.fix]
  }
  assert.deepEqual(shown('`e` is no duration: one expected', 'write `15s` or leave it out', 'e'), [
    '`${env:URL}` is no duration: one expected (in ${env:URL})',
    'write `15s` or leave it out',
  ])
  assert.deepEqual(shown('a value like `x5y` or 5 is not', 'write 5 to 65535', '5'), [
    'a value like `x${env:URL}y` or ${env:URL} is not (in ${env:URL})',
    'write ${env:URL} to 65535',
  ])
  assert.deepEqual(shown("open '/data/a.b'", 'a.b', 'a.b'), [
    "open '/data/${env:URL}' (in ${env:URL})",
    '${env:URL}',
  ])
  assert.equal(shown('`$` it', '', '$')[0], '`${env:URL}` it (in ${env:URL})')
})

test('elsewhere the whole value is replaced by its reference, wherever it turns up', () => {
  assert.equal(redacted(['routes', 1], 'shadowed by S3cret-Value.'), 'shadowed by ${env:URL}.')
  assert.equal(redacted(['routes', 1], 'a is odd', 'a'), 'a is odd')
})

test('no message, fix or excerpt of a refused file shows what a reference stands for', async () => {
  const env = { A: 'hunter2-alpha', B: 'https://user:hunter2-beta@x.example/p', C: 'HUNTER2 gamma' }
  const text = `production: true
listeners: [{ name: "\${env:A}", bind: "\${env:A}", tls: { certs: "\${env:C}", minVersion: "\${env:A}" } }]
issuers: { i: { issuer: "\${env:B}", jwks: "\${env:C}", algorithms: ["\${env:A}"], clockSkew: "\${env:A}" } }
services: { s: { endpoints: ["\${env:B}", "\${env:A}"], connectTimeout: "\${env:C}" } }
routes:
  - name: "\${env:C}"
    listener: "\${env:A}"
    match: "\${env:C}/\${env:C}"
    to: [{ service: "\${env:A}" }, { url: "\${env:B}" }]
    auth: { issuer: "\${env:A}", audience: x, token: ["\${env:A}"], forward: { host: "\${env:A}" } }
    cors: ["\${env:B}", "\${env:C}"]
    rewrite: { prefix: "\${env:C}" }
    sticky: "\${env:A}"
    headers: { request: { set: { a: "\${file:f}" } } }
`
  const result = await loadText(text, { env, files: { '/config/f': 'hunter2-\u0000delta\n' } })
  assert.ok(result.kind === 'refused')
  const all: readonly LocatedProblem[] = result.problems
  assert.ok(all.length > 12, `${all.length} problems`)
  const shown = formatProblems(all, text, 'f', { colour: false }) + JSON.stringify(all)
  assert.doesNotMatch(shown, /hunter2|alpha|gamma|delta/i)
  assert.doesNotMatch(shown, /beta@|user:hunter/)
})
