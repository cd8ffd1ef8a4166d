// Hosts of a match that are refused, and what to write instead.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileHost } from '../../../gateway/route/host-pattern.ts'
import { AT, collect, wordsOf } from './collect.ts'

const LABELS =
  'write labels of letters, digits and hyphens with dots between, as in `api.example.com`'
const WILDCARD = 'write `*.` followed by a full name, as in `*.example.com`'
const PORT = "; the port is the listener's, a route serves every port of its listeners"

describe('a host that is refused', () => {
  const CASES: readonly (readonly [host: string, message: string, fix: string])[] = [
    ['', 'the host is empty', 'write a host name, or `*`'],
    ['a.com/x', 'host `a.com/x` holds more than a name', 'write only the host name'],
    ['a.com:443', 'host `a.com:443` names a port', `write \`a.com\`${PORT}`],
    ['[::1]:443', 'host `[::1]:443` names a port', `write \`[::1]\`${PORT}`],
    ['127.0.0.1:80', 'host `127.0.0.1:80` names a port', `write \`127.0.0.1\`${PORT}`],
    ['API.a.com', 'host `API.a.com` is not lower case', 'write `api.a.com`'],
    ['*.A.com', 'host `*.A.com` is not lower case', 'write `*.a.com`'],
    ['a.com.', 'host `a.com.` ends in a dot', 'write `a.com`'],
    [
      'bücher.de',
      'host `bücher.de` is not how requests spell that name',
      'write `xn--bcher-kva.de`',
    ],
    [
      '*.bücher.de',
      'host `*.bücher.de` is not how requests spell that name',
      'write `*.xn--bcher-kva.de`',
    ],
    ['127.1', 'host `127.1` is not how requests spell that name', 'write `127.0.0.1`'],
    ['::1', 'host `::1` is not how requests spell that address', 'write `[::1]`'],
    ['[::0001]', 'host `[::0001]` is not how requests spell that address', 'write `[::1]`'],
    [
      '[::1%lo]',
      'host `[::1%lo]` is not an IPv6 address',
      'write it like `[2001:db8::1]`, without a zone',
    ],
    ['a.*.b', 'host `a.*.b` has a `*` that is not a whole first label', WILDCARD],
    ['*name', 'host `*name` has a `*` that is not a whole first label', WILDCARD],
    ['*.*.b', 'host `*.*.b` has a `*` that is not a whole first label', WILDCARD],
    ['a.*', 'host `a.*` has a `*` that is not a whole first label', WILDCARD],
    ['*.', 'host `*.` ends in a dot', 'write `*`'],
    ['a..b', '`a..b` is not a host name', LABELS],
    ['-a.b', '`-a.b` is not a host name', LABELS],
    ['a b', '`a b` is not a host name', LABELS],
    ['u@a.com', '`u@a.com` is not a host name', LABELS],
    ['1.2.3.4.5', '`1.2.3.4.5` is not a host name', LABELS],
    ['*.1.2', '`*.1.2` is not a host name', LABELS],
    [`${'a'.repeat(64)}.b`, `\`${'a'.repeat(64)}.b\` is not a host name`, LABELS],
  ]
  for (const [host, message, fix] of CASES) {
    test(JSON.stringify(host), () => {
      const { result, problems } = collect((report) => compileHost(host, AT, report))
      assert.equal(result, null)
      assert.deepEqual(wordsOf(problems), [[[], message, fix]])
    })
  }
})
