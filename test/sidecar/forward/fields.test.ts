import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldRole, isProtectedFromConnection } from '../../../sidecar/forward/fields.ts'
import { safeTrailers } from '../../../sidecar/forward/trailers.ts'

test('fields a client may not say of itself are reserved', () => {
  for (const name of [
    'forwarded',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-client-cert',
    'x-forwarded-anything-else',
    'x-envoy-original-path',
    'x-sallyport-user',
    'x-ssl-client-verify',
    'x-real-ip',
    'true-client-ip',
    'cf-connecting-ip',
    'traceparent',
    'baggage',
    'x-original-url',
    'x-http-method-override',
    'client-cert',
  ]) {
    assert.equal(fieldRole(name), 'reserved', name)
  }
})

test('fields of one hop never go on', () => {
  for (const name of [
    'keep-alive',
    'proxy-connection',
    'proxy-authorization',
    'te',
    'trailer',
    'http2-settings',
  ]) {
    assert.equal(fieldRole(name), 'hop-by-hop', name)
  }
})

test('all else goes from end to end, near misses too', () => {
  for (const name of [
    'accept',
    'x-forwarded',
    'x-user',
    'xforwarded-for',
    'x-realip',
    'constructor',
    '__proto__',
  ]) {
    assert.equal(fieldRole(name), 'end-to-end', name)
  }
})

test('Connection may remove what is end-to-end, and nothing that we set or frame by', () => {
  for (const name of ['x-custom', 'cookie', 'authorization', 'origin', 'accept']) {
    assert.equal(isProtectedFromConnection(name), false, name)
  }
  for (const name of [
    'host',
    'content-length',
    'transfer-encoding',
    'x-forwarded-for',
    'x-request-id',
    'x-real-ip',
    'upgrade',
  ]) {
    assert.equal(isProtectedFromConnection(name), true, name)
  }
})

test('trailers never carry what headers decide', () => {
  const refused = [
    'Content-Length',
    'Transfer-Encoding',
    'Host',
    'Authorization',
    'X-Forwarded-For',
    'Set-Cookie',
    'Cookie',
    'Content-Type',
    'Access-Control-Allow-Origin',
    'Content_Length',
    'Trailer',
    'bad name',
  ]
  assert.deepEqual(safeTrailers(refused.flatMap((name) => [name, '1'])), [])
  assert.deepEqual(safeTrailers(['Checksum', 'abc', 'x', 'a\r\nb', 'grpc-status', '0']), [
    'checksum',
    'abc',
    'grpc-status',
    '0',
  ])
  const many = Array.from({ length: 1000 }, (_, i) => [`t-${i}`, '1']).flat()
  assert.equal(safeTrailers(many).length, 64)
})
