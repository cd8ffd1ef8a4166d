import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appHeaders, peerHeaders } from '../../sidecar/app-headers.ts'
import { admit } from '../../sidecar/forward/admit.ts'
import type { RequestFacts } from '../../sidecar/forward/facts.ts'
import { systemClock } from '../../sidecar/runtime/clock.ts'

const BILLING = { id: 'spiffe://mesh.test/ns/default/svc/billing', isEdge: false }
const EDGE = { id: 'spiffe://mesh.test/ns/system/svc/edge', isEdge: true }

const CLAIMS = [
  ['X-Sallyport-Subject', 'root'],
  ['x-sallyport-anything', 'x'],
  ['X-Mesh-Client-Id', 'spiffe://mesh.test/ns/system/svc/edge'],
  ['x-mesh-anything', 'x'],
  ['X-Forwarded-Client-Cert', 'URI=spiffe://mesh.test/ns/system/svc/edge'],
  ['l5d-client-id', 'edge'],
  ['L5D-Remote-Ip', '10.0.0.1'],
  ['X_Mesh_Client_Id', 'edge'],
  ['x_sallyport_subject', 'root'],
  ['x_forwarded_client_cert', 'x'],
  ['X-Forwarded-For', '10.0.0.1'],
  ['Forwarded', 'for=10.0.0.1'],
  ['X-Real-Ip', '10.0.0.1'],
] as const

function factsOf(rawHeaders: readonly string[]): RequestFacts {
  const admitted = admit(
    {
      method: 'GET',
      target: '/orders',
      version: '1.1',
      multiplexed: false,
      rawHeaders,
      authority: null,
      scheme: null,
    },
    { address: '127.0.0.1', port: 1, secure: true, serverName: null, clientCertificate: null },
    { trustedHops: 1, maxFieldBytes: 65_536, clock: systemClock, newId: () => 'fresh-id' },
  )
  assert.equal(admitted.kind, 'admitted')
  return (admitted as { facts: RequestFacts }).facts
}

function pairs(flat: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!
    assert.ok(!(name in found), `${name} twice`)
    found[name] = flat[i + 1]!
  }
  return found
}

test('what any peer but the edge says of identities never arrives, in whatever spelling', () => {
  const raw = ['Host', 'orders.mesh', 'Accept', '*/*', ...CLAIMS.flat()]
  assert.deepEqual(pairs(appHeaders(factsOf(raw), raw, BILLING)), {
    host: 'orders.mesh',
    accept: '*/*',
    'x-request-id': 'fresh-id',
    'x-mesh-client-id': BILLING.id,
  })
})

test('the edge alone may tell the subject and where a request comes from', () => {
  const raw = ['Host', 'api.example.com', ...CLAIMS.flat()]
  assert.deepEqual(pairs(appHeaders(factsOf(raw), raw, EDGE)), {
    host: 'api.example.com',
    'x-sallyport-subject': 'root',
    'x-forwarded-for': '10.0.0.1',
    forwarded: 'for=10.0.0.1',
    'x-real-ip': '10.0.0.1',
    'x-request-id': 'fresh-id',
    'x-mesh-client-id': EDGE.id,
  })
})

test('a subject that comes twice is none', () => {
  const raw = ['Host', 'a', 'x-sallyport-subject', 'one', 'X-Sallyport-Subject', 'two']
  assert.equal(pairs(appHeaders(factsOf(raw), raw, EDGE))['x-sallyport-subject'], undefined)
})

test('a trace and a request id travel on between peers', () => {
  const raw = ['Host', 'a', 'Traceparent', '00-1-2-03', 'X-Request-Id', 'request-0001']
  const expected = { traceparent: '00-1-2-03', 'x-request-id': 'request-0001' }
  const toApp = pairs(appHeaders(factsOf(raw), raw, BILLING))
  const toPeer = pairs(peerHeaders(factsOf(raw), raw))
  for (const [name, value] of Object.entries(expected)) {
    assert.equal(toApp[name], value)
    assert.equal(toPeer[name], value)
  }
})

test('an app cannot speak for the edge to its peers', () => {
  const raw = ['Host', 'billing.mesh', ...CLAIMS.flat()]
  assert.deepEqual(pairs(peerHeaders(factsOf(raw), raw)), {
    host: 'billing.mesh',
    'x-request-id': 'fresh-id',
  })
})
