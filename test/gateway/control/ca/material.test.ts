import assert from 'node:assert/strict'
// The certificate library's containers need it loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as x509 from '@peculiar/x509'
import {
  readIssuer,
  readKeyFile,
  type CaMaterial,
} from '../../../../gateway/control/ca/material.ts'
import { MeshCa } from '../../../../gateway/control/ca/mesh-ca.ts'
import { systemClock } from '../../../../sidecar/runtime/clock.ts'
import { oddRoot, type OddOptions } from '../../../support/odd-certificates.ts'
import { materialOf, MemoryStore, Trail } from './fixture.ts'

const AUTHORITY: OddOptions = { isCa: true, uris: [], usages: [], subject: 'CN=authority' }
const { digitalSignature } = x509.KeyUsageFlags

test('a root, and an authority below a root, are good; all roots of the chain are to be believed', async () => {
  const [root, next] = await Promise.all([oddRoot(), oddRoot({ subject: 'CN=next' })])
  const alone = readIssuer(materialOf(root), 'mesh.test', Date.now())
  assert.deepEqual(alone.rootPems, [root.certPem])
  assert.equal(alone.chainPem, '')
  const middle = await root.issue(AUTHORITY)
  const below = readIssuer(materialOf(middle, next, root), 'mesh.test', Date.now())
  assert.deepEqual([...below.rootPems].sort(), [root.certPem, next.certPem].sort())
  assert.equal(below.chainPem, middle.certPem)
  // Certificate and chain in one file, as many tools write it.
  const joined = { ...materialOf(middle), certPem: middle.certPem + root.certPem }
  assert.deepEqual(readIssuer(joined, 'mesh.test', Date.now()).rootPems, [root.certPem])
})

test('it expires when the first certificate on the way up does', async () => {
  const notAfterMs = Math.ceil(Date.now() / 1000) * 1000 + 60_000
  const root = await oddRoot({ notAfterMs })
  const middle = await root.issue(AUTHORITY)
  assert.equal(readIssuer(materialOf(middle, root), 'mesh.test', Date.now()).notAfterMs, notAfterMs)
})

test('every way to get it wrong has its sentence', async () => {
  const root = await oddRoot()
  const other = await oddRoot({ subject: 'CN=other' })
  const middle = await root.issue(AUTHORITY)
  const past = { notBeforeMs: Date.now() - 5000, notAfterMs: Date.now() - 2000 }
  const cases: readonly (readonly [RegExp, CaMaterial])[] = [
    [/certificate cannot be read/, { ...materialOf(root), certPem: '' }],
    [/chain cannot be read/, { ...materialOf(middle), chainPem: 'garbage' }],
    [/key cannot be read/, { ...materialOf(root), keyPem: 'garbage' }],
    [/key cannot be read.*|certificate cannot/, { certPem: '', keyPem: '', chainPem: '' }],
    [/key does not belong/, { ...materialOf(root), keyPem: other.keyPem }],
    [/may not sign/, materialOf(await root.issue(), root)],
    [
      /may not sign/,
      materialOf(await root.issue({ ...AUTHORITY, keyUsage: digitalSignature }), root),
    ],
    [/too weak/, materialOf(await oddRoot({ key: 'RSA-1024' }))],
    [/no trust anchor/, materialOf(middle)],
    [/does not lead to a trust anchor/, materialOf(middle, other)],
    [/expired/, materialOf(await oddRoot(past))],
    [/expired/, materialOf(await root.issue({ ...AUTHORITY, ...past }), root)],
    [/not_yet_valid/, materialOf(await oddRoot({ notBeforeMs: Date.now() + 60_000 }))],
  ]
  for (const [message, material] of cases) {
    const wanted = { code: 'bad_authority', message }
    assert.throws(() => readIssuer(material, 'mesh.test', Date.now()), wanted, String(message))
  }
})

test('several things that are wrong are said at once', () => {
  const material = { certPem: 'x', keyPem: 'y', chainPem: 'z' }
  const message = /certificate cannot be read; .*chain cannot be read; .*key cannot be read/
  assert.throws(() => readIssuer(material, 'mesh.test', Date.now()), { message })
})

test('an authority whose leaves peers would refuse does not even open', async () => {
  const root = await oddRoot({ pathLength: 0 })
  const middle = await root.issue(AUTHORITY)
  const service = await (await oddRoot()).issue({ ...AUTHORITY, uris: ['spiffe://mesh.test/a'] })
  const good = await oddRoot()
  const onlyOthers = Buffer.from('3010a00e300c860a6f746865722e74657374', 'hex')
  const constrained = await good.issue({
    ...AUTHORITY,
    more: [new x509.Extension('2.5.29.30', true, onlyOthers)],
  })
  for (const material of [
    materialOf(middle, root),
    materialOf(service, root),
    materialOf(constrained, good),
  ]) {
    const options = { material, trustDomain: 'mesh.test', clock: systemClock }
    const parts = { store: new MemoryStore(), audit: new Trail().audit }
    await assert.rejects(MeshCa.open({ ...options, ...parts }), { code: 'bad_authority' })
  }
})

test('a key file that others can read is refused', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'ca.key')
  await writeFile(path, 'the key')
  for (const mode of [0o644, 0o604, 0o606, 0o660, 0o620, 0o601]) {
    await chmod(path, mode)
    await assert.rejects(readKeyFile(path), { code: 'key_exposed' }, mode.toString(8))
  }
  for (const mode of [0o600, 0o400, 0o640, 0o440]) {
    await chmod(path, mode)
    assert.equal(await readKeyFile(path), 'the key')
  }
  await assert.rejects(readKeyFile(join(folder, 'nothing')), { code: 'ENOENT' })
})
