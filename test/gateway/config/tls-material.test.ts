import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { before, test } from 'node:test'
import { parseAltNames } from '../../../gateway/config/certificate-names.ts'
import type { FileContent, MaterialReader } from '../../../gateway/config/materials.ts'
import type { CertificatePlan } from '../../../gateway/config/plan.ts'
import { compileCertificates, compileClientCa } from '../../../gateway/config/tls-material.ts'
import { createAuthority } from '../../../gateway/control/authority.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { createTestCa, type IssuedCertificate, type TestCa } from '../../support/certificates.ts'
import { certificateChain, weakCertificate } from './unusual-certificates.ts'

const DAY_MS = 86_400_000

interface Outcome {
  readonly plans: readonly CertificatePlan[]
  /** `severity: message`. */
  readonly told: readonly string[]
}

/** Files by name; null: cannot be read. */
type Folder = Readonly<Record<string, string | null>>

function reader(folder: Folder, nowMs: number): MaterialReader {
  const file = (path: string): FileContent => {
    const text = folder[path.replace(/^certs\//, '')]
    return typeof text === 'string' ? { text } : { error: 'permission denied' }
  }
  return {
    readAtMs: nowMs,
    file,
    folder: () => ({ names: Object.keys(folder) }),
  }
}

function read(folder: Folder, { inDays = 0, production = false } = {}): Outcome {
  const told: string[] = []
  const plans = compileCertificates('certs', reader(folder, Date.now() + inDays * DAY_MS), {
    at: [],
    production,
    report: ({ severity, message }) => told.push(`${severity}: ${message}`),
  })
  return { plans, told }
}

let root: TestCa
let a: IssuedCertificate
let b: IssuedCertificate

function issue(names: readonly string[], days = 365): Promise<IssuedCertificate> {
  return root.issue(names, { notAfter: new Date(Date.now() + days * DAY_MS) })
}

before(async () => {
  root = await createTestCa('root')
  a = await issue(['a.example', '*.A.example', '127.0.0.1', '::1'])
  b = await issue(['b.example'])
})

test('certificates find their keys whatever the files are called', () => {
  const { plans, told } = read({
    '..data': null,
    'README.md': 'text',
    'one.crt': a.certPem,
    'two.pem': b.certPem + b.keyPem,
    'zz.key': a.keyPem,
  })
  assert.deepEqual(told, [])
  assert.deepEqual(
    plans.map(({ file, names }) => [file, names]),
    [
      ['certs/one.crt', ['a.example', '*.a.example', '127.0.0.1', '::1']],
      ['certs/two.pem', ['b.example']],
    ],
  )
  assert.equal(plans[0]?.keyPem, a.keyPem)
  assert.equal(plans[1]?.certPem, b.certPem)
  assert.equal(plans[0]?.notAfterMs, new X509Certificate(a.certPem).validToDate.getTime())
})

test('a leaf before its chain is taken whole, and the chain is completed from CA files', async () => {
  const { root, intermediate, leaf } = await certificateChain('c.example')
  const full = read({ 'tls.crt': leaf.certPem + intermediate, 'tls.key': leaf.keyPem })
  assert.deepEqual(full.told, [])
  assert.equal(certificateCount(full), 2)
  const beside = read({
    'ca.crt': root,
    'chain.pem': intermediate,
    'cert.pem': leaf.certPem,
    'fullchain.pem': leaf.certPem + intermediate,
    'privkey.pem': leaf.keyPem,
  })
  assert.deepEqual(beside.told, [])
  assert.equal(beside.plans.length, 1)
  assert.equal(certificateCount(beside), 2)
})

test('a leaf of a public kind without its issuer is warned of', async () => {
  const { root, leaf } = await certificateChain('c.example')
  const { plans, told } = read({ 'ca.crt': root, 'a.crt': leaf.certPem, 'a.key': leaf.keyPem })
  assert.equal(plans.length, 1)
  assert.deepEqual(told, [
    'warning: certs/a.crt: the certificate of the issuer (CN=intermediate) is not in the file',
  ])
})

test('a chain in the wrong order names the certificate that must come first', async () => {
  const { intermediate, leaf } = await certificateChain('c.example')
  const { plans, told } = read({
    'tls.crt': intermediate + leaf.certPem,
    'tls.key': leaf.keyPem,
  })
  assert.deepEqual(plans, [])
  assert.equal(told[0], 'error: certs/tls.crt: the chain is in the wrong order')
})

test('a chain with a certificate that issued nothing is refused', () => {
  const { told } = read({ 'tls.crt': a.certPem + b.certPem, 'tls.key': a.keyPem })
  assert.deepEqual(told, [
    'error: certs/tls.crt: CN=a.example was not issued by CN=b.example, which follows it',
  ])
})

test('a certificate and a key of one name that do not belong together are named', () => {
  const { plans, told } = read({ 'tls.crt': a.certPem, 'tls.key': b.keyPem })
  assert.deepEqual(plans, [])
  assert.deepEqual(told, ['error: certs/tls.crt and certs/tls.key do not belong together'])
})

test('a certificate without key and a key without certificate are named', () => {
  const { told } = read({ 'a.crt': a.certPem, 'b.key': b.keyPem })
  assert.deepEqual(told, [
    'error: no key belongs to the certificate in certs/a.crt',
    'error: no certificate belongs to the key in certs/b.key',
  ])
})

test('what cannot be read is named: garbage, cut-off blocks, encrypted keys, permissions', () => {
  const good = { 'a.crt': a.certPem, 'a.key': a.keyPem }
  const encrypted = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  }).privateKey
  const told = (name: string, text: string | null) => read({ ...good, [name]: text }).told
  assert.deepEqual(told('x.pem', 'garbage'), ['error: certs/x.pem holds no certificate and no key'])
  assert.deepEqual(told('x.pem', ''), ['error: certs/x.pem holds no certificate and no key'])
  assert.deepEqual(told('x.pem', b.certPem.slice(0, -30)), [
    'error: certs/x.pem: a block in it is not complete',
  ])
  assert.match(
    told('x.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')[0]!,
    /^error: certs\/x\.pem: its certificate cannot be read \(/,
  )
  assert.match(
    told('x.pem', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')[0]!,
    /^error: certs\/x\.pem: its private key cannot be read \(/,
  )
  assert.deepEqual(told('x.key', encrypted), ['error: certs/x.key: its private key is encrypted'])
  assert.deepEqual(told('x.key', null), ['error: cannot read certs/x.key: permission denied'])
})

test('a folder without a certificate is refused', () => {
  const told = ['error: folder certs holds no certificate to serve']
  assert.deepEqual(read({}), { plans: [], told })
  assert.deepEqual(read({ 'ca.crt': root.certPem }), { plans: [], told })
})

test('a certificate that names no host is refused', async () => {
  const nameless = await root.issue([], { commonName: 'a.example' })
  const { plans, told } = read({ 'a.crt': nameless.certPem, 'a.key': nameless.keyPem })
  assert.deepEqual(plans, [])
  assert.equal(told[0], 'error: certs/a.crt: the certificate names no host')
})

test('a weak key is refused', async () => {
  const weak = await weakCertificate('a.example')
  const { plans, told } = read({ 'a.crt': weak.certPem, 'a.key': weak.keyPem })
  assert.deepEqual(plans, [])
  assert.equal(told[0], 'error: certs/a.crt: the key of CN=a.example is weak (RSA 1024)')
})

test('an expired certificate is refused, unless another one serves its names', async () => {
  const old = await issue(['x.a.example'], 5)
  const oldFiles = { 'old.crt': old.certPem, 'old.key': old.keyPem }
  const alone = read(oldFiles, { inDays: 6 })
  assert.deepEqual(alone.plans, [])
  assert.match(alone.told[0]!, /^error: certs\/old\.crt: CN=x\.a\.example expired on \d{4}-/)
  const covered = read({ ...oldFiles, 'a.crt': a.certPem, 'a.key': a.keyPem }, { inDays: 6 })
  assert.deepEqual(
    covered.plans.map(({ file }) => file),
    ['certs/a.crt'],
  )
  assert.match(covered.told[0]!, /^warning: certs\/old\.crt: CN=x\.a\.example expired on/)
})

test('a certificate that is not valid yet is treated like an expired one', () => {
  const { told } = read({ 'a.crt': a.certPem, 'a.key': a.keyPem }, { inDays: -2 })
  assert.match(told[0]!, /^error: certs\/a\.crt: CN=a\.example is not valid before \d{4}-/)
})

test('thirty days before it expires a certificate is warned of, and still served', () => {
  const { plans, told } = read({ 'b.crt': b.certPem, 'b.key': b.keyPem }, { inDays: 363.5 })
  assert.equal(plans.length, 1)
  assert.deepEqual(told, ['warning: certs/b.crt expires in 1 day'])
  assert.deepEqual(read({ 'b.crt': b.certPem, 'b.key': b.keyPem }, { inDays: 334 }).told, [])
})

test('production refuses certificates of a development authority', async () => {
  const authority = await createAuthority('demo', systemClock)
  const { certPem, keyPem } = await authority.issue({ names: ['a.example'], days: 60 })
  const files = { 'a.crt': certPem, 'a.key': keyPem }
  assert.deepEqual(read(files).told, [])
  assert.deepEqual(read(files, { production: true }).told, [
    'error: certs/a.crt: the certificate comes from a development authority',
  ])
  assert.deepEqual(read({ 'a.crt': a.certPem, 'a.key': a.keyPem }, { production: true }).told, [])
})

test('a self-signed certificate serves, though it calls itself a CA', async () => {
  const self = await createTestCa('self')
  const nameless = read({ 'a.crt': self.certPem, 'a.key': self.keyPem })
  assert.deepEqual(nameless.told, ['error: certs/a.crt: the certificate names no host'])
})

function clientCa(text: string | null, inDays = 0): { pem: string | null; told: string[] } {
  const told: string[] = []
  const pem = compileClientCa('ca.pem', reader({ 'ca.pem': text }, Date.now() + inDays * DAY_MS), {
    at: [],
    production: false,
    report: ({ severity, message }) => told.push(`${severity}: ${message}`),
  })
  return { pem, told }
}

test('a client CA file must hold CA certificates and nothing unreadable', async () => {
  const other = await createTestCa('other')
  const both = clientCa(root.certPem + other.certPem)
  assert.deepEqual(both.told, [])
  assert.equal(both.pem, root.certPem + other.certPem)
  const refused: [string | null, string][] = [
    ['', 'ca.pem holds no certificate'],
    ['garbage', 'ca.pem holds no certificate'],
    [root.keyPem, 'ca.pem holds no certificate'],
    [null, 'cannot read ca.pem: permission denied'],
    [root.certPem + a.certPem, 'ca.pem: CN=a.example is not a CA (it lacks CA:TRUE)'],
    [root.certPem.slice(0, 200), 'ca.pem: a block in it is not complete'],
  ]
  for (const [text, message] of refused) {
    assert.deepEqual(clientCa(text), { pem: null, told: [`error: ${message}`] })
  }
})

test('an expired client CA is warned of', () => {
  const { pem, told } = clientCa(root.certPem, 2)
  assert.ok(pem)
  assert.match(told[0]!, /^warning: ca\.pem: CN=root expired on/)
})

test('alternative names are split where Node put commas, and never inside quotes', () => {
  const cases: [string, string[]][] = [
    ['', []],
    ['DNS:a.example, DNS:B.example', ['a.example', 'b.example']],
    ['URI:"http://x/, DNS:evil.example", DNS:good.example', ['good.example']],
    ['DNS:"a.example, DNS:evil.example"', []],
    ['URI:"x\\", DNS:evil.example", DNS:good.example', ['good.example']],
    ['DirName:"CN = a\\nO = b", DNS:c.example', ['c.example']],
    ['IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1', ['10.0.0.1', '::1']],
    ['DNS:*.a.example, DNS:a.*.example, DNS:*', ['*.a.example']],
    ['othername:<unsupported>, email:x@y, DNS:z.example', ['z.example']],
  ]
  for (const [text, names] of cases) assert.deepEqual(parseAltNames(text), names, text)
})

function certificateCount({ plans }: Outcome): number {
  return plans[0]?.certPem.match(/BEGIN CERTIFICATE/g)?.length ?? 0
}
