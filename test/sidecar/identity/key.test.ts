import assert from 'node:assert/strict'
// The certificate library's containers need it loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { bundleHash } from '../../../sidecar/identity/bundle-hash.ts'
import { createKey } from '../../../sidecar/identity/key.ts'
import { pemBlock, readPemBlocks } from '../../../sidecar/identity/pem.ts'
import { oddRoot } from '../../support/odd-certificates.ts'

test('the request is one that others read and verify, and it asks for nothing', async () => {
  const { keyPem, csrPem, keyHash } = createKey()
  const request = new x509.Pkcs10CertificateRequest(csrPem)
  assert.equal(await request.verify(), true)
  assert.equal(request.subject, '')
  assert.deepEqual(request.extensions, [])
  const key = createPrivateKey(keyPem)
  assert.equal(key.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  assert.deepEqual(Buffer.from(request.publicKey.rawData), spki)
  assert.equal(keyHash, createHash('sha256').update(spki).digest('base64url'))
})

test('every key is another one', () => {
  assert.notEqual(createKey().keyHash, createKey().keyHash)
})

test('the hash of a bundle of one is the fingerprint of the root, and order does not matter', async () => {
  const [a, b] = await Promise.all([oddRoot(), oddRoot({ subject: 'CN=b' })])
  const fingerprint = createHash('sha256').update(a.der).digest('base64url')
  assert.equal(bundleHash([a.certPem]), fingerprint)
  assert.equal(bundleHash([a.certPem, b.certPem]), bundleHash([b.certPem, a.certPem]))
  assert.notEqual(bundleHash([a.certPem, b.certPem]), fingerprint)
  assert.throws(() => bundleHash(['garbage']), { code: 'bad_trust_anchor' })
})

test('PEM is taken apart whole or not at all', () => {
  const bytes = Buffer.from('some bytes that need more than one line of sixty-four characters')
  const block = pemBlock('CERTIFICATE', bytes)
  assert.deepEqual(readPemBlocks(`before\n${block}between\n${block}`, 'CERTIFICATE'), [
    bytes,
    bytes,
  ])
  assert.deepEqual(readPemBlocks(block.replaceAll('\n', '\r\n'), 'CERTIFICATE'), [bytes])
  for (const [what, text] of [
    ['nothing', ''],
    ['another kind', pemBlock('PRIVATE KEY', bytes)],
    ['another kind beside it', block + pemBlock('PRIVATE KEY', bytes)],
    ['no end', block.replace('-----END CERTIFICATE-----', '')],
    ['an end of another kind', block.replace('END CERTIFICATE', 'END OTHER')],
    ['no base64', block.replace('c29t', 'c2!t')],
    ['an empty block', pemBlock('CERTIFICATE', Buffer.alloc(0))],
  ] as const) {
    assert.equal(readPemBlocks(text, 'CERTIFICATE'), null, what)
  }
})
