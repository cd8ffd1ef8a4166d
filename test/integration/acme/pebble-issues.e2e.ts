// A real authority (Pebble) issues to the real gateway, asks it again for the next one, and no request fails.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { statSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { connect } from 'node:tls'
import { callApi } from '../../../gateway/cli/api-client.ts'
import { controlSocketPath } from '../../../gateway/control/admin/local-socket.ts'
import type { AcmePage } from '../../../gateway/control/certificates/acme/schemas.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { freePort } from '../../support/free-port.ts'
import { until } from '../../support/until.ts'
import { pebbleMissing, startPebble, type Pebble } from './pebble.ts'

const missing = pebbleMissing()

suite('pebble', { skip: missing, timeout: 120_000 }, () => {
  let pebble: Pebble
  let gateway: TestGateway

  before(async () => {
    const port = await freePort()
    pebble = await startPebble(port)
    gateway = await startGateway({
      config: `
workers: 2
listeners:
  - name: public
    bind: 127.0.0.1:${port}
    tls:
      certs: ./issued
      acme:
        directory: ${pebble.directory}
        email: ops@example.com
        names: [api.example.com, www.example.com]
        ca: ./pebble.pem
        termsAgreed: true
routes: [ { name: api, match: /*, to: "http://127.0.0.1:1", auth: public } ]
`,
      files: { 'pebble.pem': pebble.caPem },
    })
  })
  after(async () => {
    await gateway?.stop()
    await pebble?.close()
  })

  async function list(): Promise<AcmePage['items'][number]> {
    const socket = controlSocketPath(join(gateway.folder, 'data'))
    const path = '/api/v1/certificates/acme'
    return ((await callApi({ kind: 'socket', path: socket }, 'GET', path)) as AcmePage).items[0]!
  }

  /** Serial number of what a client that believes the authority is shown. */
  async function shown(name: string): Promise<string> {
    const port = gateway.port('public')
    const ca = await pebble.root()
    const socket = connect({ host: '127.0.0.1', port, servername: name, ca })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }

  test('issues for every name, and clients that believe it get in', async () => {
    await until(
      'a certificate',
      async () => (await list().catch(() => null))?.state.kind === 'good',
      60_000,
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)} ${JSON.stringify(await list())} ${gateway.stderr()}`)
    })
    const first = await shown('api.example.com')
    assert.equal(await shown('www.example.com'), first)
    const issued = join(gateway.folder, 'issued')
    assert.deepEqual(readdirSync(issued), ['acme-public.pem'])
    assert.equal(statSync(join(issued, 'acme-public.pem')).mode & 0o777, 0o600)
  })

  test('issues the next one when it is asked for, and nobody is turned away meanwhile', async () => {
    const first = await shown('api.example.com')
    const socket = controlSocketPath(join(gateway.folder, 'data'))
    const path = '/api/v1/certificates/acme:renew'
    await callApi({ kind: 'socket', path: socket }, 'POST', path, { listener: 'public' })
    let handshakes = 0
    await until(
      'the next one',
      async () => {
        handshakes += 1
        return (await shown('api.example.com')) !== first
      },
      60_000,
    )
    assert.ok(handshakes > 5)
  })
})

test('pebble is there', { skip: missing === false }, () => {
  assert.fail(String(missing))
})
