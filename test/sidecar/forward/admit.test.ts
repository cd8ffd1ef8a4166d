import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { admit, type AdmitOptions } from '../../../sidecar/forward/admit.ts'
import type { PeerFacts, RequestHead } from '../../../sidecar/forward/exchange.ts'
import type { RequestFacts } from '../../../sidecar/forward/facts.ts'
import { ManualClock } from '../../gateway/auth/manual-clock.ts'
import { HEAD, PEER } from './fake-exchange.ts'

const OPTIONS: AdmitOptions = {
  trustedHops: 0,
  maxFieldBytes: 1000,
  clock: new ManualClock(),
  newId: () => 'fresh-id',
}
const WEBSOCKET = [
  'Connection',
  'Upgrade',
  'Upgrade',
  'WebSocket',
  'Sec-WebSocket-Version',
  '13',
  'Sec-WebSocket-Key',
  'dGhlIHNhbXBsZSBub25jZQ==',
]

interface Ask extends Partial<RequestHead> {
  /** Besides Host. */
  readonly fields?: readonly string[]
  readonly options?: Partial<AdmitOptions>
  readonly peer?: Partial<PeerFacts>
}

function ask({ fields = [], options, peer, ...head }: Ask) {
  const rawHeaders = head.rawHeaders ?? [...HEAD.rawHeaders, ...fields]
  return admit({ ...HEAD, ...head, rawHeaders }, { ...PEER, ...peer }, { ...OPTIONS, ...options })
}

function admitted(asked: Ask): RequestFacts {
  const result = ask(asked)
  assert.equal(result.kind, 'admitted', JSON.stringify(result))
  return (result as { facts: RequestFacts }).facts
}

function reasonFor(asked: Ask): string {
  const result = ask(asked)
  return result.kind === 'refused' ? result.reason : result.kind
}

/** An HTTP/2 request has no Host unless it says so. */
const H2 = {
  multiplexed: true,
  version: '2.0',
  authority: 'api.example.com',
  scheme: 'https',
} as const

suite('what is admitted', () => {
  test('becomes facts in one spelling', () => {
    const facts = admitted({
      method: 'POST',
      target: '/b//c%2Dd?x=%2e',
      rawHeaders: ['Host', 'API.Example.com.:8443', 'Content-Length', '007', 'X-Thing', 'Ünï'],
      peer: { address: '::ffff:192.0.2.7' },
    })
    assert.equal(facts.host, 'api.example.com')
    assert.equal(facts.port, 8443)
    assert.equal(facts.path, '/b/c-d')
    assert.equal(facts.query, 'x=%2e')
    assert.equal(facts.clientIp, '192.0.2.7')
    assert.equal(facts.contentLength, 7)
    assert.equal(facts.protocol, 'http/1.1')
    assert.equal(facts.secure, true)
    assert.equal(facts.id, 'fresh-id')
    assert.deepEqual(facts.headers, ['x-thing', 'Ünï'])
  })

  test('loses what a client may not say, and the twins with underscores', () => {
    const facts = admitted({
      fields: [
        'X-Real-IP',
        '1',
        'X-Forwarded-Host',
        'e',
        'Forwarded',
        'for=1',
        'Keep-Alive',
        '5',
        'Content_Length',
        '9',
        'x',
        'y',
      ],
    })
    assert.deepEqual(facts.headers, ['x', 'y'])
  })

  test('loses what Connection names, but never what is ours or frames', () => {
    const facts = admitted({
      method: 'POST',
      fields: [
        'Connection',
        'close, X-Hop , content-length,host',
        'X-Hop',
        '1',
        'X-Kept',
        '2',
        'Content-Length',
        '3',
      ],
    })
    assert.deepEqual(facts.headers, ['x-kept', '2'])
    assert.equal(facts.contentLength, 3)
    assert.equal(facts.host, 'api.example.com')
  })

  test('decides on Authorization before Connection takes it away', () => {
    const facts = admitted({ fields: ['Connection', 'authorization', 'Authorization', 'Bearer x'] })
    assert.equal(facts.authorization, 'Bearer x')
    assert.deepEqual(facts.headers, [])
  })

  test('joins split cookies', () => {
    assert.equal(
      admitted({ ...H2, rawHeaders: ['cookie', 'a=1', 'cookie', 'b=2'] }).cookie,
      'a=1; b=2',
    )
  })

  test('may be in absolute-form where that names the same place', () => {
    assert.equal(admitted({ target: 'http://API.example.com/x?y' }).path, '/x')
    assert.equal(admitted({ target: 'https://api.example.com' }).path, '/')
    assert.equal(reasonFor({ target: 'http://other.example/x' }), 'host_mismatch')
    assert.equal(reasonFor({ target: 'http://api.example.com:81/x' }), 'host_mismatch')
  })

  test('believes forwarding fields as far as hops are trusted', () => {
    const fields = ['X-Forwarded-For', '10.0.0.1, 192.0.2.50', 'X-Request-Id', 'given-id-1234']
    const untrusted = admitted({ fields })
    assert.deepEqual([untrusted.clientIp, untrusted.id], ['192.0.2.1', 'fresh-id'])
    const trusted = admitted({ fields, options: { trustedHops: 1 } })
    assert.deepEqual([trusted.clientIp, trusted.id], ['192.0.2.50', 'given-id-1234'])
    const odd = ['X-Request-Id', 'a b\u00ff<script>']
    assert.equal(admitted({ fields: odd, options: { trustedHops: 1 } }).id, 'fresh-id')
  })

  test('may upgrade, where it asks for that properly', () => {
    assert.equal(admitted({ fields: WEBSOCKET }).upgrade, 'websocket')
    assert.equal(admitted({ fields: ['Upgrade', 'h2c'] }).upgrade, null)
    assert.equal(reasonFor({ fields: WEBSOCKET, method: 'POST' }), 'upgrade_invalid')
    assert.equal(reasonFor({ fields: WEBSOCKET, version: '1.0' }), 'upgrade_invalid')
    assert.equal(reasonFor({ fields: [...WEBSOCKET, 'Content-Length', '1'] }), 'upgrade_invalid')
    assert.equal(reasonFor({ fields: [...WEBSOCKET, 'Upgrade', 'h2c'] }), 'upgrade_invalid')
    assert.equal(reasonFor({ fields: WEBSOCKET.slice(0, 6) }), 'websocket_key_invalid')
    assert.equal(reasonFor({ fields: WEBSOCKET.toSpliced(5, 1, '12') }), 'websocket_version')
  })
})

test('OPTIONS * is about the server', () => {
  assert.equal(ask({ method: 'OPTIONS', target: '*' }).kind, 'server-options')
  assert.equal(reasonFor({ method: 'GET', target: '*' }), 'target_invalid')
})

const REFUSED: readonly (readonly [string, Ask])[] = [
  ['method_refused', { method: 'TRACE' }],
  ['method_refused', { method: 'CONNECT' }],
  ['method_unknown', { method: 'BREW' }],
  ['method_unknown', { method: 'get' }],
  ['method_invalid', { method: 'G T' }],
  ['version_not_supported', { version: '2.0' }],
  ['version_not_supported', { version: '1.2' }],
  ['version_missing', { version: '0.9' }],
  ['host_missing', { rawHeaders: [] }],
  ['host_repeated', { rawHeaders: ['Host', 'a', 'host', 'a'] }],
  ['host_invalid', { rawHeaders: ['Host', ''] }],
  ['host_invalid', { rawHeaders: ['Host', 'a@b'] }],
  ['host_invalid', { rawHeaders: ['Host', 'a, b'] }],
  ['host_mismatch', { ...H2, rawHeaders: ['host', 'other.example'] }],
  ['scheme_invalid', { ...H2, scheme: 'ftp' }],
  ['content_length_repeated', { fields: ['Content-Length', '5', 'content-length', '5'] }],
  ['content_length_invalid', { fields: ['Content-Length', '5, 5'] }],
  ['content_length_invalid', { fields: ['Content-Length', '+5'] }],
  ['content_length_invalid', { fields: ['Content-Length', '-1'] }],
  ['content_length_invalid', { fields: ['Content-Length', '0x5'] }],
  ['content_length_invalid', { fields: ['Content-Length', ''] }],
  ['content_length_invalid', { fields: ['Content-Length', '9223372036854775808'] }],
  ['framing_ambiguous', { fields: ['Content-Length', '5', 'Transfer-Encoding', 'chunked'] }],
  [
    'transfer_encoding_invalid',
    { fields: ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'] },
  ],
  ['transfer_encoding_invalid', { fields: ['Transfer-Encoding', 'chunked, chunked'] }],
  ['transfer_encoding_invalid', { fields: ['Transfer-Encoding', 'chunked, gzip'] }],
  ['transfer_encoding_invalid', { fields: ['Transfer-Encoding', ''] }],
  ['transfer_encoding_invalid', { fields: ['Transfer-Encoding', 'identity'] }],
  ['transfer_encoding_invalid', { fields: ['Transfer-Encoding', ', chunked'] }],
  ['transfer_encoding_invalid', { fields: ['Transfer-Encoding', 'chunked'], version: '1.0' }],
  ['transfer_encoding_invalid', { ...H2, fields: ['transfer-encoding', 'chunked'] }],
  ['transfer_encoding_unknown', { fields: ['Transfer-Encoding', 'gzip, chunked'] }],
  ['transfer_encoding_unknown', { fields: ['Transfer-Encoding', 'xchunked'] }],
  ['connection_invalid', { ...H2, fields: ['connection', 'close'] }],
  ['connection_invalid', { fields: ['Connection', 'a b'] }],
  ['upgrade_invalid', { ...H2, fields: ['upgrade', 'websocket'] }],
  ['authorization_repeated', { fields: ['Authorization', 'a', 'authorization', 'b'] }],
  ['origin_repeated', { fields: ['Origin', 'https://a', 'origin', 'https://a'] }],
  ['expectation_unknown', { fields: ['Expect', '200-ok'] }],
  ['expectation_unknown', { fields: ['Expect', '100-continue', 'Expect', '100-continue'] }],
  ['field_name_invalid', { fields: ['bad name', 'x'] }],
  ['field_name_invalid', { fields: ['bad:name', 'x'] }],
  ['field_value_invalid', { fields: ['x', 'a\rb'] }],
  ['field_value_invalid', { fields: ['x', 'a\nb'] }],
  ['field_value_invalid', { fields: ['x', 'a\0b'] }],
  ['field_value_invalid', { fields: ['keep-alive', 'a\0b'] }],
  ['target_invalid', { target: 'x' }],
  ['target_invalid', { target: '' }],
  ['target_invalid', { target: 'api.example.com:443' }],
  ['target_invalid', { ...H2, target: 'https://api.example.com/' }],
  ['too_many_fields', { fields: Array.from({ length: 202 }, () => 'x') }],
  ['head_too_large', { ...H2, rawHeaders: ['x', 'y'.repeat(1000)] }],
]

suite('what is refused', () => {
  for (const [reason, asked] of REFUSED) {
    const { rawHeaders, fields = [], ...rest } = asked
    const shown = JSON.stringify({ ...rest, fields: rawHeaders ?? fields }).slice(0, 100)
    test(`${reason}: ${shown}`, () => {
      const facts = 'multiplexed' in asked && rawHeaders === undefined ? { rawHeaders: fields } : {}
      assert.equal(reasonFor({ ...asked, ...facts }), reason)
    })
  }
})
