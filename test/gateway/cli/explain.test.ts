import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { impactText } from '../../../gateway/cli/diff-impact.ts'
import { questionOf, told } from '../../../gateway/cli/explain.ts'
import { queryOf } from '../../../gateway/cli/tail.ts'
import { eventOf } from '../../../gateway/cli/tail-stream.ts'

function question(values: Record<string, unknown>, ...positionals: string[]): unknown {
  return questionOf({ values, positionals })
}

suite('sallyport explain', () => {
  test('asks about an id, the last request, a curl, a way out or a call within the mesh', () => {
    assert.deepEqual(question({}, 'abc'), { request: 'abc' })
    assert.deepEqual(question({}, 'last'), { request: 'last' })
    const http = { url: 'http://a/x', method: 'GET', headers: [], bodyBytes: 0, http2: false }
    assert.deepEqual(question({ client: '192.0.2.1' }, 'curl', 'http://a/x'), {
      http: { ...http, clientIp: '192.0.2.1' },
    })
    assert.deepEqual(question({ egress: true, from: 'billing' }, 'a.example:443'), {
      egress: { from: 'billing', to: 'a.example:443' },
    })
    assert.deepEqual(question({ mesh: true, from: 'edge', to: 'orders' }, 'get', '/x'), {
      mesh: { from: 'edge', to: 'orders', method: 'GET', path: '/x' },
    })
    for (const [values, ...words] of [
      [{}],
      [{ mesh: true, from: 'a' }, 'GET', '/x'],
      [{ egress: true }],
    ] as [Record<string, unknown>, ...string[]][]) {
      assert.throws(() => question(values, ...words), { code: 'usage' })
    }
  })

  test('begins with one line that says it all', () => {
    const place = { file: 'gateway.yaml', line: 42, column: 7 }
    const text = told({
      plane: 'edge',
      verdict: 'deny',
      status: 401,
      reason: 'audience_mismatch',
      rule: 'idp',
      route: 'orders',
      service: null,
      steps: [
        {
          step: 'route',
          verdict: 'pass',
          reason: 'ok',
          rule: 'orders',
          detail: 'GET a/x',
          place: null,
        },
        {
          step: 'audience',
          verdict: 'fail',
          reason: 'audience_mismatch',
          rule: 'idp',
          detail: 'aud = `mobile` not in [`web`]',
          place,
        },
      ],
      lost: [{ route: 'other', why: 'path', detail: '/x is not /y', place }],
      recorded: { id: 'r1', status: 401, reason: 'audience_mismatch', revision: 3 },
      isOther: true,
    })
    const [head, past] = text.split('\n')
    assert.equal(
      head,
      'edge: refused with 401 audience_mismatch on route orders: aud = `mobile` not in [`web`] · gateway.yaml:42:7',
    )
    assert.match(
      past!,
      /^request r1 was answered with 401 audience_mismatch; another configuration/,
    )
    assert.match(text, /audience +FAIL +audience_mismatch +idp +gateway\.yaml:42:7/)
    assert.match(text, /other +path +gateway\.yaml:42:7 +\/x is not \/y/)
  })
})

test('the impact of a draft is told in one line and its groups', () => {
  const text = impactText({
    total: 4318,
    unknown: 2,
    changed: [
      {
        from: { status: 200, reason: 'ok', route: 'a' },
        to: { status: 401, reason: 'token_missing', route: 'a' },
        count: 412,
        samples: ['r1', 'r2'],
        callers: [{ caller: '192.0.2.7', count: 400 }],
        otherCallers: 3,
      },
    ],
  })
  assert.match(text, /^412 of 4318 recent requests would change \(of 2 it is not known\)\n/)
  assert.match(text, /412: 200 on a → 401 token_missing on a {2}\(r1, r2\)/)
  assert.match(text, /^ {5}of 192\.0\.2\.7 ×400, and 3 more$/m)
})

suite('sallyport tail', () => {
  test('asks the server to filter', () => {
    const values = { route: 'a', status: '4xx', 'min-ms': '5', failed: true, count: '3' }
    const query = queryOf({ values, positionals: [] })
    assert.equal(query.toString(), 'route=a&status=4xx&minMs=5&failed=true')
    assert.throws(() => queryOf({ values: { count: '0' }, positionals: [] }), { code: 'usage' })
    assert.throws(() => queryOf({ values: { output: 'yaml' }, positionals: [] }), { code: 'usage' })
  })

  test('reads server-sent events', () => {
    assert.deepEqual(eventOf('id: b.1\nevent: request\ndata: {"a":1}'), {
      id: 'b.1',
      event: 'request',
      data: '{"a":1}',
    })
    assert.deepEqual([eventOf(': heartbeat'), eventOf('retry: 2000')], [null, null])
  })
})
