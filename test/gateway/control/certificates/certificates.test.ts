// The certificates of a node apart from its workers: how urgent each is, and what happens when nobody takes one over.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { createServer } from 'node:tls'
import { compilePlan } from '../../../../gateway/config/compile.ts'
import { disk } from '../../../../gateway/config/disk.ts'
import { loadConfigText } from '../../../../gateway/config/load.ts'
import type { Plan } from '../../../../gateway/config/plan.ts'
import {
  Certificates,
  type AskedNode,
} from '../../../../gateway/control/certificates/certificates.ts'
import { isDue, type MeshCertificates } from '../../../../gateway/control/certificates/inventory.ts'
import { createTestCa, type TestCa } from '../../../support/certificates.ts'
import { until } from '../../../support/until.ts'
import { ManualClock } from '../../auth/manual-clock.ts'
import { weakCertificate } from '../../config/unusual-certificates.ts'

const DAY_MS = 86_400_000
const TEXT = `
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs, clientCa: ./ca.pem } } ]
routes: [ { name: r, match: /x, to: "http://127.0.0.1:1", auth: public } ]
`

let folder: string
let ca: TestCa
let clock: ManualClock
let mesh: MeshCertificates | null
let fault: string | null

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-certificates-'))
  ca = await createTestCa('clients')
  clock = new ManualClock(Date.now())
  mesh = null
  fault = null
  mkdirSync(join(folder, 'certs'))
  writeFileSync(join(folder, 'ca.pem'), ca.certPem)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function issue(name: string, days: number) {
  return ca.issue([name], { notAfter: new Date(clock.wallMs() + days * DAY_MS + 60_000) })
}

async function put(name: string, days: number): Promise<void> {
  const { certPem, keyPem } = await issue(`${name}.example`, days)
  writeFileSync(join(folder, 'certs', `${name}.pem`), certPem + keyPem)
}

async function planNow(port = 0, from = TEXT): Promise<Plan> {
  const file = join(folder, 'x.yaml')
  const text = from.replace(':0"', `:${port}"`)
  const loaded = await loadConfigText(text, file, { ...disk, env: {}, clock, runTests: () => [] })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
  assert.ok(loaded.kind === 'loaded')
  return compilePlan(loaded.config, loaded.materials, 1, () => {})!
}

async function open(
  nodes: readonly AskedNode[] = [],
  port = 0,
  text = TEXT,
): Promise<Certificates> {
  const certificates = new Certificates({
    clock,
    mesh: () => mesh,
    nodes: () => Promise.resolve(nodes),
    fileFault: () => Promise.resolve(fault),
  })
  certificates.use(await planNow(port, text), {
    file: join(folder, 'x.yaml'),
    folder,
    dataDir: folder,
  })
  certificates.confirm({ public: 1 })
  return certificates
}

suite('certificates of a node', () => {
  test('are amber with two weeks left, red with three days, and then over', async () => {
    for (const [name, days] of [
      ['a', 90],
      ['b', 15],
      ['c', 14],
      ['d', 10],
      ['e', 3],
      ['f', 2],
    ] as const) {
      await put(name, days)
    }
    const items = (await open()).inventory().items.filter(({ kind }) => kind === 'listener')
    const states = Object.fromEntries(
      items.map(({ names, state, daysLeft }) => [names[0]!, `${state} ${daysLeft}`]),
    )
    assert.deepEqual(states, {
      'a.example': 'good 90',
      'b.example': 'good 15',
      'c.example': 'due 14',
      'd.example': 'due 10',
      'e.example': 'urgent 3',
      'f.example': 'urgent 2',
    })
  })

  test('that an authority renews are not urgent before they should have been renewed', async () => {
    await put('acme-public', 2)
    await put('by-hand', 2)
    const acme =
      'directory: https://ca.example/, email: a@b.example, names: [a.example], termsAgreed: true'
    const text = TEXT.replace('certs: ./certs', `certs: ./certs, acme: { ${acme} }`)
    const stateOf = async (): Promise<object> => {
      const { items } = (await open([], 0, text)).inventory()
      const listed = items.filter(({ kind }) => kind === 'listener')
      return Object.fromEntries(
        listed.map((item) => [item.names[0], [item.state, isDue(item, 14)]]),
      )
    }
    const byHand = { 'by-hand.example': ['urgent', true] }
    assert.deepEqual(await stateOf(), { 'acme-public.example': ['good', false], ...byHand })
    await clock.advance(1.6 * DAY_MS)
    assert.deepEqual(await stateOf(), { 'acme-public.example': ['urgent', true], ...byHand })
  })

  test('of which one is broken on disk are served on, and say what is wrong', async () => {
    await put('a', 90)
    const certificates = await open()
    const other = await issue('a.example', 90)
    writeFileSync(join(folder, 'certs/a.pem'), other.certPem)
    const { items, faults } = certificates.inventory()
    const [served] = items.filter(({ kind }) => kind === 'listener')
    assert.deepEqual([served?.id, served?.isServed], ['served:./certs/a.pem', true])
    assert.equal(served?.state, 'faulty')
    assert.match(served?.faults[0]?.message ?? '', /no key belongs to the certificate in/)
    assert.deepEqual(faults, [])
    assert.ok(isDue(served, 14))
  })

  test('count authorities of clients, the console and identities of the mesh', async () => {
    await put('a', 90)
    mkdirSync(join(folder, 'console'))
    const own = await issue('localhost', 300)
    writeFileSync(join(folder, 'console/server.pem'), own.certPem + own.keyPem)
    const hour = 3_600_000
    const nowMs = clock.wallMs()
    const shown = (instance: string, leftMs: number) => {
      const certificate = { serial: instance, notAfterMs: nowMs + leftMs }
      return { service: 'billing', instance, certificate }
    }
    mesh = {
      trustDomain: 'mesh.test',
      chainPems: [ca.certPem],
      ttlMs: hour,
      identities: [shown('a1', hour / 2), shown('b2', hour / 10), shown('c3', -1)],
    }
    const { items } = (await open()).inventory()
    const rows = items.map(({ kind, state, usedBy }) => `${kind} ${state} ${usedBy.join()}`)
    assert.deepEqual(rows.toSorted(), [
      'admin good console',
      'client-ca urgent public',
      'identity expired billing',
      'identity good billing',
      'identity urgent billing',
      'listener good public',
      'mesh-ca urgent mesh',
    ])
    const due = items.filter((item) => isDue(item, 14)).map(({ serial }) => serial)
    assert.ok(!due.includes('a1') && due.includes('b2') && due.includes('c3'))
    assert.doesNotMatch(JSON.stringify(items), /PRIVATE/)
  })

  test('that nobody takes over are taken back after a while', async () => {
    await put('a', 90)
    const certificates = await open()
    const pair = await issue('b.example', 90)
    const uploading = certificates.upload({ listener: 'public', ...pair })
    const refused = assert.rejects(uploading, { code: 'rejected', message: /did not take it over/ })
    const names = () => readdirSync(join(folder, 'certs'))
    await until('the file', () => names().includes('b.example.pem') && clock.pending > 0)
    await assert.rejects(certificates.upload({ listener: 'public', ...pair }), { code: 'conflict' })
    await clock.advance(20_000)
    await refused
    assert.deepEqual(names(), ['a.pem'])
  })

  test('are not written while the file of the configuration would be refused', async () => {
    await put('a', 90)
    const certificates = await open()
    fault = 'unknown key `x`'
    const pair = await issue('b.example', 90)
    const uploading = certificates.upload({ listener: 'public', ...pair })
    await assert.rejects(uploading, { code: 'rejected', message: /unknown key `x`/ })
    assert.deepEqual(readdirSync(join(folder, 'certs')), ['a.pem'])
  })

  test('are asked of every node by its own listener, also where one does not answer', async (t) => {
    await put('a', 90)
    const { certPem, keyPem } = await issue('a.example', 90)
    const other = createServer({ cert: certPem, key: keyPem })
    t.after(() => other.close())
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const nodes = [
      { name: 'other', isThis: false, addresses: ['not an address', '127.0.0.1'] },
      { name: 'gone', isThis: false, addresses: ['127.0.0.255'] },
      { name: 'unknown', isThis: false, addresses: [] },
    ]
    const certificates = await open(nodes, port)
    const [shown, gone, unknown] = await certificates.served('public', 'a.example')
    const { serialNumber } = new X509Certificate(certPem)
    assert.equal(shown?.serial, serialNumber.toLowerCase())
    assert.deepEqual([gone?.serial, unknown?.serial], [null, null])
    assert.match(gone?.reason ?? '', /ECONNREFUSED/)
    assert.match(unknown?.reason ?? '', /no address/)
    await assert.rejects(certificates.served('nowhere', null), { code: 'not_found' })
  })

  test('whose key is weak are refused', async () => {
    await put('a', 90)
    const certificates = await open()
    const weak = await weakCertificate('b.example')
    assert.throws(() => certificates.plan({ listener: 'public', ...weak }), /weak/)
  })
})
