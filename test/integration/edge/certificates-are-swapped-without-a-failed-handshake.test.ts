// The certificate folder is rewritten while clients connect: each handshake succeeds, and the new certificate is soon shown.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGateway } from '../../support/gateway.ts'
import { handshake } from './client.ts'

const CONFIG = `
workers: 2
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
routes: [ { name: r, match: /x, to: "http://127.0.0.1:1", auth: public } ]
`
const SWAPS = 4

test('certificates are swapped without a failed handshake', { timeout: 40_000 }, async (t) => {
  const gateway = await startGateway({ config: CONFIG })
  t.after(() => gateway.stop())
  const failures: string[] = []
  const seen = new Set<string>()
  let handshakes = 0
  const end = new AbortController()
  const client = async (): Promise<void> => {
    while (!end.signal.aborted) {
      handshakes += 1
      await handshake(gateway, { path: '/' }).then(
        ({ serialNumber }) => seen.add(serialNumber),
        (error: unknown) => failures.push(String(error)),
      )
    }
  }
  const clients = [client(), client(), client()]
  for (let swap = 0; swap < SWAPS; swap++) {
    const before = seen.size
    const { certPem, keyPem } = await gateway.ca.issue(['localhost', '127.0.0.1'])
    // Not at once: for a moment certificate and key do not belong together.
    gateway.write('certs/server.crt', certPem)
    await new Promise((resolve) => setImmediate(resolve))
    gateway.write('certs/server.key', keyPem)
    const writtenMs = performance.now()
    while (seen.size === before) {
      assert.ok(performance.now() - writtenMs < 3000, 'the new certificate is not shown')
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  end.abort()
  await Promise.all(clients)
  t.diagnostic(`${handshakes} handshakes`)
  assert.deepEqual(failures.slice(0, 5), [])
  assert.ok(handshakes > 50)
})

test('a key that is not the certificate’s is refused by name, and the old one is kept', async (t) => {
  const gateway = await startGateway({ config: CONFIG })
  t.after(() => gateway.stop())
  const { serialNumber } = await handshake(gateway, { path: '/' })
  const goodKey = await gateway.ca.issue(['localhost'])
  gateway.write('certs/server.key', goodKey.keyPem)
  await gateway.waitFor('the refusal', (_out, err) => err.includes('was refused'))
  assert.match(
    gateway.stderr(),
    /certs\/server\.crt and .*certs\/server\.key do not belong together/,
  )
  assert.match(gateway.stderr(), /sallyport\.yaml:3:\d+/)
  assert.equal((await handshake(gateway, { path: '/' })).serialNumber, serialNumber)

  for (const garbage of [
    '',
    'not a key',
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
  ]) {
    const heard = gateway.stderr().length
    gateway.write('certs/server.key', garbage)
    await gateway.waitFor('the refusal', (_out, err) => err.slice(heard).includes('was refused'))
    assert.match(gateway.stderr().slice(heard), /certs\/server\.(key|crt)/)
    assert.equal((await handshake(gateway, { path: '/' })).serialNumber, serialNumber)
  }

  gateway.write('certs/server.crt', goodKey.certPem)
  gateway.write('certs/server.key', goodKey.keyPem)
  await gateway.waitFor('the next revision', (_out, err) => err.includes('"revision":2,'))
  assert.notEqual((await handshake(gateway, { path: '/' })).serialNumber, serialNumber)
})
