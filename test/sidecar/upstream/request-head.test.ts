import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fieldLines, requestHead } from '../../../sidecar/upstream/request-head.ts'
import type { TransportRequest } from '../../../sidecar/upstream/transport.ts'

const BASE: TransportRequest = {
  method: 'GET',
  target: '/a?b=c',
  headers: ['host', 'api.example.com', 'X-Mixed', 'caf\xe9'],
  body: null,
  upgrade: null,
  responseTimeoutMs: 1000,
}

function body(length: number | null): TransportRequest['body'] {
  return { length, start() {}, resume() {} }
}

const START = '/a?b=c HTTP/1.1\r\nhost: api.example.com\r\nX-Mixed: caf\xe9\r\n'

describe('the request head', () => {
  const heads: [string, Partial<TransportRequest>, string][] = [
    ['without a body', {}, `GET ${START}connection: keep-alive\r\n\r\n`],
    [
      'of a POST without a body',
      { method: 'POST' },
      `POST ${START}content-length: 0\r\nconnection: keep-alive\r\n\r\n`,
    ],
    [
      'with a length',
      { method: 'PUT', body: body(5) },
      `PUT ${START}content-length: 5\r\nconnection: keep-alive\r\n\r\n`,
    ],
    [
      'of unknown length',
      { method: 'POST', body: body(null) },
      `POST ${START}transfer-encoding: chunked\r\nconnection: keep-alive\r\n\r\n`,
    ],
    [
      'that upgrades',
      { upgrade: 'websocket' },
      `GET ${START}connection: upgrade\r\nupgrade: websocket\r\n\r\n`,
    ],
  ]
  for (const [name, change, expected] of heads) {
    it(`${name} is written as one`, () =>
      assert.equal(requestHead({ ...BASE, ...change }), expected))
  }

  const splitting = ['\r', '\n', '\r\nx: y', '\0', '\x7f', '\u010a', '\u{1f600}']
  for (const text of splitting) {
    it(`never carries ${JSON.stringify(text)}`, () => {
      const changes: Partial<TransportRequest>[] = [
        { method: `GET${text}` },
        { target: `/${text}` },
        { headers: ['host', `a${text}b`] },
        { headers: [`a${text}b`, 'c'] },
        { upgrade: `web${text}socket` },
      ]
      for (const change of changes) {
        assert.throws(() => requestHead({ ...BASE, ...change }), TypeError, JSON.stringify(change))
      }
      assert.throws(() => fieldLines(['x-sum', text]), TypeError)
    })
  }

  it('refuses an empty method, target and name, and spaces in them', () => {
    for (const change of [
      { method: '' },
      { method: 'G T' },
      { target: '' },
      { target: '/a b' },
      { headers: ['', 'a'] },
      { headers: ['a b', 'c'] },
      { headers: ['a:', 'c'] },
    ]) {
      assert.throws(() => requestHead({ ...BASE, ...change }), TypeError, JSON.stringify(change))
    }
  })

  it('refuses fields that only the transport may write', () => {
    for (const name of [
      'Content-Length',
      'transfer-encoding',
      'Connection',
      'keep-alive',
      'TE',
      'Trailer',
      'Upgrade',
      'Proxy-Connection',
    ]) {
      assert.throws(() => requestHead({ ...BASE, headers: [name, '5'] }), TypeError, name)
    }
  })
})
