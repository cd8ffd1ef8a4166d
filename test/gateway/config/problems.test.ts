import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatProblems, type LocatedProblem } from '../../../gateway/config/problems.ts'
import { loadText } from './memory-disk.ts'

const FILE = `# eight problems
listeners:
  - name: public
    bind: 0.0.0.0:8080
    tls: off
    timeouts: { idle: 60 }
servces: {}
routes:
  - name: orders
    match: /orders/*
    to: ordres
    tiemout: 5s
  - name: orders
    match: /orders/*
    to: http://127.0.0.1:3001
    auth: pubic
    mirror: { to: x }
`

const GOLDEN = `gw.yaml:5:10 warning: listener \`public\` serves plain HTTP beyond this machine
    5 |     tls: off
      |          ^^^
  fix: write \`tls: { certs: FOLDER }\`, or bind to 127.0.0.1

gw.yaml:6:23 error: expected a duration like \`250ms\`, \`15s\` or \`1h\`, got 60
    6 |     timeouts: { idle: 60 }
      |                       ^^
  fix: add the unit, for example \`60s\`

gw.yaml:7:1 error: unknown key \`servces\`; did you mean \`services\`?
    7 | servces: {}
      | ^^^^^^^
  fix: rename it to \`services\`

gw.yaml:9:5 error: missing key \`auth\`
    9 |   - name: orders
      |     ^^^^^^^^^^^^
  fix: add \`auth\`: say who may call: {issuer, audience, …}, or \`public\` to leave the route open

gw.yaml:11:9 error: there is no service named \`ordres\`
   11 |     to: ordres
      |         ^^^^^^
  fix: add it under \`services:\`, or write a URL

gw.yaml:12:5 error: unknown key \`tiemout\`; did you mean \`timeout\`?
   12 |     tiemout: 5s
      |     ^^^^^^^
  fix: rename it to \`timeout\`

gw.yaml:13:11 error: two routes are named \`orders\`
   13 |   - name: orders
      |           ^^^^^^
  see also: gw.yaml:9:11
  fix: rename one of them

gw.yaml:16:11 error: expected \`public\` or keys with values, got "pubic"
   16 |     auth: pubic
      |           ^^^^^
  fix: did you mean \`public\`?

gw.yaml:17:5 error: unknown key \`mirror\`: this version does not mirror requests yet
   17 |     mirror: { to: x }
      |     ^^^^^^
  fix: remove it until a version that does

8 errors, 1 warning
`

test('a file with eight errors and a warning is told whole, in the order of its lines', async () => {
  const result = await loadText(FILE)
  assert.ok(result.kind === 'refused')
  const backwards = result.problems.toReversed()
  assert.equal(formatProblems(backwards, FILE, 'gw.yaml', { colour: false }), GOLDEN)
})

test('colour changes nothing but colour', async () => {
  const result = await loadText(FILE)
  assert.ok(result.kind === 'refused')
  const coloured = formatProblems(result.problems, FILE, 'gw.yaml', { colour: true })
  assert.notEqual(coloured, GOLDEN)
  assert.equal(coloured.replace(/\u001b\[[\d;]*m/g, ''), GOLDEN)
})

function problem(line: number, column: number, length = 1): LocatedProblem {
  const position = { line, column, length }
  return { severity: 'error', path: [], message: 'm', fix: 'f', position, other: null }
}

function formatted(at: LocatedProblem, text: string): string[] {
  return formatProblems([at], text, 'f', { colour: false }).split('\n')
}

test('of a very long line the part around the place is shown', () => {
  const text = `${'a'.repeat(300)}b${'c'.repeat(300)}`
  const [, line, carets] = formatted(problem(1, 301), text)
  assert.equal(line, `    1 | …${'a'.repeat(50)}b${'c'.repeat(49)}`)
  assert.equal(carets, `      | ${' '.repeat(51)}^`)
})

test('a place outside the text, or on an empty line, has no excerpt', () => {
  assert.deepEqual(formatted(problem(9, 1), 'a\n'), [
    'f:9:1 error: m',
    '  fix: f',
    '',
    '1 error',
    '',
  ])
  assert.deepEqual(formatted(problem(2, 1), 'a\n\nb'), formatted(problem(2, 1), ''))
})

test('control characters of a file never reach the terminal', () => {
  const [, line] = formatted(problem(1, 1), 'a\u001b[2Jb\u202ec\td')
  assert.equal(line, '    1 | a [2Jb c d')
})

test('a password in the line of a problem is starred out', () => {
  const [, line] = formatted(problem(1, 1), 'to: { url: "http://u:hunter2@h", api-key: k1234}')
  assert.equal(line, '    1 | to: { url: "http://u:*******@h", api-key: *****}')
})

test('lines end in CRLF, LF or CR', () => {
  const [, line] = formatted(problem(2, 1), 'one\r\ntwo\r\n')
  assert.equal(line, '    2 | two')
})
