// A listener whose certificates an authority issues (ACME): proven on the listener, served at once, and never at a cost.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { connect } from 'node:tls'
import { ApiFailure, callApi } from '../../../gateway/cli/api-client.ts'
import { controlSocketPath } from '../../../gateway/control/admin/local-socket.ts'
import type {
  AcmeCertificate,
  AcmePage,
} from '../../../gateway/control/certificates/acme/schemas.ts'
import { startAcmeServer, type AcmeServer } from '../../support/acme-server.ts'
import { sallyport } from '../../support/cli.ts'
import { freePort } from '../../support/free-port.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { until } from '../../support/until.ts'

const NAMES = ['api.example.com', 'www.example.com']

let authority: AcmeServer
let gateway: TestGateway
let port: number

before(async () => {
  authority = await startAcmeServer()
  port = await freePort()
  authority.ports = [port]
  authority.refusal = 'too many certificates for example.com: retry after tea'
  gateway = await startGateway({
    config: `
workers: 2
listeners:
  - name: public
    bind: 127.0.0.1:${port}
    tls:
      certs: ./issued
      acme:
        directory: ${authority.directory}
        email: ops@example.com
        names: [${NAMES.join(', ')}]
        termsAgreed: true
routes: [ { name: api, match: /*, to: "http://127.0.0.1:1", auth: public } ]
`,
  })
})

after(async () => {
  await gateway?.stop()
  await authority?.close()
})

function api(method: string, path: string, body?: unknown): Promise<unknown> {
  const socket = controlSocketPath(join(gateway.folder, 'data'))
  return callApi({ kind: 'socket', path: socket }, method, path, body)
}

async function now(): Promise<AcmeCertificate> {
  return ((await api('GET', '/api/v1/certificates/acme')) as AcmePage).items[0]!
}

const renew = (): Promise<unknown> =>
  api('POST', '/api/v1/certificates/acme:renew', { listener: 'public' })

async function stateIs(kind: AcmeCertificate['state']['kind']): Promise<AcmeCertificate> {
  let found: AcmeCertificate | null = null
  await until(`state ${kind}`, async () => {
    found = await now().catch(() => null)
    return found?.state.kind === kind
  })
  return found!
}

/** Serial number of what a client that believes the authority is shown; rejects where it is shown nothing. */
async function shown(name = NAMES[0]!): Promise<string> {
  const to = { host: '127.0.0.1', port, servername: name, ca: authority.ca.certPem }
  const socket = connect(to)
  await once(socket, 'secureConnect')
  const { serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber.toLowerCase()
}

suite('an authority', { timeout: 60_000 }, () => {
  test('that refuses is told in its own sentence, with the next try, and nothing is served', async () => {
    const { state, serial, file } = await stateIs('failed')
    assert.ok(state.kind === 'failed')
    assert.equal(state.reason, authority.refusal)
    assert.equal(state.attempts, 1)
    assert.ok(state.nextAtMs > state.atMs + 4 * 60_000)
    assert.deepEqual([serial, file], [null, null])
    await assert.rejects(shown())
    const { stdout } = await sallyport('certs', 'acme', '-c', gateway.file)
    assert.match(stdout, /failed.*retry after tea/)
    const doctor = await sallyport('doctor', '-c', gateway.file, '-o', 'json')
    assert.match(doctor.stdout, /tls\.acme[\s\S]*retry after tea/)
  })

  test('that is asked again issues for every name, and every worker shows it', async () => {
    authority.refusal = null
    await renew()
    await stateIs('good')
    const first = await shown()
    for (let i = 0; i < 8; i++) assert.equal(await shown(NAMES[i % 2]), first)
    const issued = join(gateway.folder, 'issued')
    assert.deepEqual(readdirSync(issued), ['acme-public.pem'])
    const { state, names, file, serial, notAfterMs } = await now()
    assert.deepEqual([names, file, serial], [NAMES, './issued/acme-public.pem', first])
    assert.ok(state.kind === 'good' && state.nextAtMs < notAfterMs!)
  })

  test('never gets the private key, nor does anybody else', async () => {
    const data = join(gateway.folder, 'data/acme')
    for (const name of readdirSync(data)) {
      assert.equal(statSync(join(data, name)).mode & 0o777, 0o600, name)
    }
    assert.doesNotMatch(readFileSync(join(data, 'order-public'), 'utf8'), /PRIVATE KEY/)
    const told = JSON.stringify([await now(), await api('GET', '/api/v1/audit')])
    assert.doesNotMatch(told, /PRIVATE KEY/)
    assert.doesNotMatch(gateway.stderr(), /PRIVATE KEY/)
    const text = readFileSync(join(gateway.folder, 'issued/acme-public.pem'), 'utf8')
    assert.match(text, /PRIVATE KEY/)
    assert.equal(statSync(join(gateway.folder, 'issued/acme-public.pem')).mode & 0o777, 0o600)
  })

  test('that renews turns no client away, and says old and new in the audit', async () => {
    const first = await shown()
    const orders = authority.orders.length
    await renew()
    const seen = new Set<string>()
    await until('the next one', async () => {
      const serial = await shown()
      seen.add(serial)
      return serial !== first
    })
    assert.equal(seen.size, 2)
    assert.equal(authority.orders.length, orders + 1)
    const { serial } = await stateIs('good')
    const { items } = (await api('GET', '/api/v1/audit?limit=20')) as {
      items: readonly { action: string; result: string; before: unknown; after: unknown }[]
    }
    const told = items.filter(({ action }) => action === 'issueCertificate')
    const { before: old, after: fresh } = told[0]!
    assert.deepEqual(old, { serial: first })
    assert.equal((fresh as { serial: string }).serial, serial)
    assert.deepEqual(
      told.map(({ result }) => result),
      ['ok', 'ok', 'acme_rateLimited'],
    )
  })

  test('that cannot reach the host says so, and what was there is served on', async () => {
    const before = await shown()
    authority.ports = [await freePort()]
    await renew()
    const { state, serial } = await stateIs('failed')
    assert.ok(state.kind === 'failed')
    assert.match(state.reason, /api\.example\.com cannot be reached: connect ECONNREFUSED/)
    assert.equal(await shown(), before)
    assert.equal(serial, before)
  })

  test('is asked by nobody for a listener that has none', async () => {
    const asked = api('POST', '/api/v1/certificates/acme:renew', { listener: 'other' })
    const answer = await asked.catch((error: unknown) => error)
    assert.ok(answer instanceof ApiFailure)
    assert.match(answer.message, /listener other has no `tls\.acme`/)
  })

  test('fills a folder: emptied, it is not the end of what was served', async () => {
    const before = await shown()
    rmSync(join(gateway.folder, 'issued/acme-public.pem'))
    await gateway.waitFor('the refusal', (_stdout, stderr) =>
      /no certificate any more/.test(stderr),
    )
    assert.equal(await shown(), before)
  })
})
