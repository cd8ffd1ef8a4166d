// The canonical path: a table of spellings, and properties over generated targets.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalTarget, type TargetReason } from '../../../sidecar/forward/path.ts'
import { pick, randomFrom } from './seeded-random.ts'

const ACCEPTED: readonly (readonly [target: string, path: string, query: string])[] = [
  ['/', '/', ''],
  ['/?', '/', ''],
  ['/orders/7', '/orders/7', ''],
  ['/orders/', '/orders/', ''],
  ['/orders?a=1&b=%2f', '/orders', 'a=1&b=%2f'],
  ['/orders?next=/../%2e%2e//x\\?y', '/orders', 'next=/../%2e%2e//x\\?y'],
  ['/a?"<>^`{|}', '/a', '"<>^`{|}'],
  ["/-._~!$&'()*+,;=:@", "/-._~!$&'()*+,;=:@", ''],
  ['/a.b/c..d/e...', '/a.b/c..d/e...', ''],
  ['/.../x', '/.../x', ''],
  ['/.well-known/x', '/.well-known/x', ''],
  ['/..x', '/..x', ''],
  ['/a;v=1/b;w', '/a;v=1/b;w', ''],
  ['/;x', '/;x', ''],
  ['//', '/', ''],
  ['//evil.example/x', '/evil.example/x', ''],
  ['/a//b///c//', '/a/b/c/', ''],
  ['/%61%2D%2e%5f%7E%30', '/a-._~0', ''],
  ['/%3a%3B%3d', '/%3A%3B%3D', ''],
  ['/a%20b', '/a%20b', ''],
  ['/100%25', '/100%25', ''],
  ['/%25zz', '/%25zz', ''],
  ['/caf%c3%a9', '/caf%C3%A9', ''],
  ['/%F0%9F%98%80', '/%F0%9F%98%80', ''],
  ['/"<>^`{|}', '/%22%3C%3E%5E%60%7B%7C%7D', ''],
  ['/%7bx%7d', '/%7Bx%7D', ''],
]

const REFUSED: readonly (readonly [target: string, reason: TargetReason])[] = [
  ['', 'target_invalid'],
  ['*', 'target_invalid'],
  ['orders', 'target_invalid'],
  ['?a', 'target_invalid'],
  ['http://a.example/', 'target_invalid'],
  ['/a b', 'target_invalid'],
  ['/a\tb', 'target_invalid'],
  ['/a\0', 'target_invalid'],
  ['/a\x7f', 'target_invalid'],
  ['/a\r\nx: y', 'target_invalid'],
  ['/a\n', 'target_invalid'],
  ['/a#b', 'target_invalid'],
  ['/café', 'target_invalid'],
  ['/\u{1f600}', 'target_invalid'],
  ['/a?b c', 'target_invalid'],
  ['/a?b#c', 'target_invalid'],
  ['/a?b\x01', 'target_invalid'],
  ['/a?b\n', 'target_invalid'],
  ['/a?é', 'target_invalid'],
  ['/a\\b', 'path_backslash'],
  ['/\\..\\', 'path_backslash'],
  ['/%', 'path_invalid_encoding'],
  ['/%2', 'path_invalid_encoding'],
  ['/%zz', 'path_invalid_encoding'],
  ['/%u002e', 'path_invalid_encoding'],
  ['/%c0%ae%c0%ae/', 'path_invalid_encoding'],
  ['/%c0%af', 'path_invalid_encoding'],
  ['/%e0%80%af', 'path_invalid_encoding'],
  ['/%ed%a0%80', 'path_invalid_encoding'],
  ['/%f4%90%80%80', 'path_invalid_encoding'],
  ['/%ff', 'path_invalid_encoding'],
  ['/%c3/%a9', 'path_invalid_encoding'],
  ['/%80', 'path_invalid_encoding'],
  ['/%00', 'path_encoded_control'],
  ['/%0d%0a', 'path_encoded_control'],
  ['/.%09./', 'path_encoded_control'],
  ['/%1F', 'path_encoded_control'],
  ['/%7f', 'path_encoded_control'],
  ['/%2f%2f', 'path_encoded_slash'],
  ['/..%2F', 'path_encoded_slash'],
  ['/a%5cb', 'path_encoded_backslash'],
  ['/..%5C', 'path_encoded_backslash'],
  ['/%252e%252e', 'path_double_encoded'],
  ['/%252f', 'path_double_encoded'],
  ['/%25%32%65', 'path_double_encoded'],
  ['/%25%41b', 'path_double_encoded'],
  ['/%2541', 'path_double_encoded'],
  ['/.', 'path_dot_segment'],
  ['/..', 'path_dot_segment'],
  ['/./a', 'path_dot_segment'],
  ['/a/../b', 'path_dot_segment'],
  ['/a/..?x', 'path_dot_segment'],
  ['/%2e%2E/a', 'path_dot_segment'],
  ['/.%2e', 'path_dot_segment'],
  ['//./', 'path_dot_segment'],
  ['/.;/', 'path_dot_segment'],
  ['/..;x/a', 'path_dot_segment'],
  ['/%2e.;x=1', 'path_dot_segment'],
  ['/..%3bx', 'path_dot_segment'],
]

for (const [target, path, query] of ACCEPTED) {
  test(`${JSON.stringify(target)} becomes ${JSON.stringify(path)}`, () => {
    assert.deepEqual(canonicalTarget(target), { path, query })
  })
}

for (const [target, reason] of REFUSED) {
  test(`${JSON.stringify(target)} is refused as ${reason}`, () => {
    assert.deepEqual(canonicalTarget(target), { reason })
  })
}

const PIECES = [
  '"',
  ...'/ / // . .. ; % %2 5 e a Z ~ : * ? & = { ^'.split(' '),
  ...'%41 %2e %2E %25 %32 %65 %20 %c3%a9 %c3 %3b %7e'.split(' '),
]

function randomTargets(count: number): string[] {
  const random = randomFrom(20_261)
  return Array.from({ length: count }, () => {
    const length = Math.floor(random() * 10)
    return `/${Array.from({ length }, () => pick(random, PIECES)).join('')}`
  })
}

test('a canonical target is its own canonical form', () => {
  let accepted = 0
  for (const target of randomTargets(50_000)) {
    const result = canonicalTarget(target)
    if ('reason' in result) continue
    accepted++
    const again = canonicalTarget(
      result.query === '' ? result.path : `${result.path}?${result.query}`,
    )
    assert.deepEqual(again, result, target)
  }
  assert.ok(accepted > 5000, `only ${accepted} targets were accepted`)
})

test('a canonical path is free of everything two parsers could read differently', () => {
  for (const target of randomTargets(50_000)) {
    const result = canonicalTarget(target)
    if ('reason' in result) continue
    const { path, query } = result
    assert.match(
      path,
      /^(?:\/(?:[\w.~!$&'()*+,;=:@-]|%(?:[2-6A-F][0-9A-F]|7[0-9A-E]|[89][0-9A-F]))*)+$/,
    )
    assert.doesNotMatch(path, /\/\/|%2F|%5C|%25[0-9A-Fa-f]{2}/)
    assert.ok(!path.split('/').some((segment) => /^\.{1,2}(?:;|$)/.test(segment)), target)
    assert.equal(query, target.includes('?') ? target.slice(target.indexOf('?') + 1) : '')
    assert.doesNotThrow(() => decodeURIComponent(path))
  }
})

test('a canonical path means the same resource: decoding agrees up to repeated slashes', () => {
  for (const target of randomTargets(20_000)) {
    const result = canonicalTarget(target)
    if ('reason' in result) continue
    const raw = target.split('?')[0]!.replace(/\/{2,}/g, '/')
    assert.equal(decodeURIComponent(result.path), decodeURIComponent(raw))
  }
})

test('a hostile target of 64 KiB is judged in time proportional to its length', () => {
  const hostile = ['/'.repeat(65_536), `/${'a'.repeat(65_535)}\\`, `/${'a/'.repeat(32_767)}%`]
  const startedMs = performance.now()
  for (const target of hostile) canonicalTarget(target)
  assert.ok(performance.now() - startedMs < 500)
})
