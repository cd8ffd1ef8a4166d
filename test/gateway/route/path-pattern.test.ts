// Path templates that are refused, and what to write instead.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compilePath } from '../../../gateway/route/path-pattern.ts'
import { AT, collect, wordsOf } from './collect.ts'

const STAR = 'write `/*` at the end for everything below, or `{name}` for one segment'
const DECODED = 'write the path as it looks after decoding, without `.` and `..` segments'
const PARAMETER = 'a parameter is a whole segment `{name}` of letters, digits and `_`'

const notSpelled = (path: string) => `path \`${path}\` is not how requests spell it`
const never = (path: string, reason: string) =>
  `path \`${path}\` can never be requested (${reason})`
const neither = (path: string, segment: string) =>
  `path \`${path}\` has a segment \`${segment}\` that is neither fixed nor a parameter`

describe('a path that is refused', () => {
  const deep = '/a'.repeat(65)
  const CASES: readonly (readonly [path: string, message: string, fix: string])[] = [
    ['', 'path `` does not start with a slash', 'write `/`'],
    ['x', 'path `x` does not start with a slash', 'write `/x`'],
    [
      '/x?a=b',
      'path `/x?a=b` holds a query or a fragment',
      'write only the path; query parameters belong in `query`',
    ],
    [
      '/x#a',
      'path `/x#a` holds a query or a fragment',
      'write only the path; query parameters belong in `query`',
    ],
    ['/a//b', notSpelled('/a//b'), 'write `/a/b`'],
    ['/%61', notSpelled('/%61'), 'write `/a`'],
    ['/%c3%a9', notSpelled('/%c3%a9'), 'write `/%C3%A9`'],
    ['/café/{id}', notSpelled('/café/{id}'), 'write `/caf%C3%A9/{id}`'],
    ['/a b', notSpelled('/a b'), 'write `/a%20b`'],
    ['/<x>', notSpelled('/<x>'), 'write `/%3Cx%3E`'],
    ['//{id}/%7bx', notSpelled('//{id}/%7bx'), 'write `/{id}/%7Bx`'],
    ['/a/../b', never('/a/../b', 'path_dot_segment'), DECODED],
    ['/a/%2e', never('/a/%2e', 'path_dot_segment'), DECODED],
    ['/a\\b', never('/a\\b', 'path_backslash'), DECODED],
    ['/a%2Fb', never('/a%2Fb', 'path_encoded_slash'), DECODED],
    ['/%zz', never('/%zz', 'path_invalid_encoding'), DECODED],
    ['/a\0', never('/a\0', 'target_invalid'), DECODED],
    ['/\ud800', never('/\ud800', 'target_invalid'), DECODED],
    ['/a*', 'path `/a*` has a `*` that is not its whole last segment', STAR],
    ['/*/b', 'path `/*/b` has a `*` that is not its whole last segment', STAR],
    ['/a/**', 'path `/a/**` has a `*` that is not its whole last segment', STAR],
    ['/a/*/*', 'path `/a/*/*` has a `*` that is not its whole last segment', STAR],
    ['/x{id}', neither('/x{id}', 'x{id}'), PARAMETER],
    ['/{id}.json', neither('/{id}.json', '{id}.json'), PARAMETER],
    ['/{}', neither('/{}', '{}'), PARAMETER],
    ['/{1a}', neither('/{1a}', '{1a}'), PARAMETER],
    ['/{__proto__}', neither('/{__proto__}', '{__proto__}'), PARAMETER],
    ['/a}', neither('/a}', 'a}'), PARAMETER],
    [
      '/{id}/{id}',
      'path `/{id}/{id}` names the parameter `id` twice',
      'give each parameter its own name',
    ],
    [deep, `path \`${deep}\` has 65 segments`, 'write at most 64 segments, and `/*` for the rest'],
  ]
  for (const [path, message, fix] of CASES) {
    test(JSON.stringify(path.slice(0, 20)), () => {
      const { result, problems } = collect((report) => compilePath(path, AT, report))
      assert.equal(result, null)
      assert.deepEqual(wordsOf(problems), [[[], message, fix]])
    })
  }

  test('64 segments are fine', () => {
    const { result } = collect((report) => compilePath(`${'/a'.repeat(64)}/*`, AT, report))
    assert.equal(result?.segments.length, 64)
  })
})
