import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { before, suite, test } from 'node:test'
import { certificateNames } from '../../../../../gateway/config/certificate-names.ts'
import type { Candidate } from '../../../../../gateway/config/certificate-pairs.ts'
import { dueAtMs, heldOf, retryInMs } from '../../../../../gateway/control/certificates/acme/due.ts'
import { createTestCa, type TestCa } from '../../../../support/certificates.ts'

const DAY_MS = 86_400_000
const FROM_MS = Date.parse('2026-01-01T00:00:00Z')

let ca: TestCa

before(async () => {
  ca = await createTestCa('root')
})

async function held(file: string, names: readonly string[], days = 90): Promise<Candidate> {
  const [notBefore, notAfter] = [new Date(FROM_MS), new Date(FROM_MS + days * DAY_MS)]
  const { certPem, keyPem } = await ca.issue(names, { notBefore, notAfter })
  const leaf = new X509Certificate(certPem)
  return { file, chain: [leaf], keyPem, names: certificateNames(leaf) }
}

const view = (...pairs: Candidate[]) => ({
  folder: './certs',
  files: [],
  pairs,
  usable: [],
  faults: [],
})

suite('a certificate is renewed', () => {
  test('at two thirds of its life, a little later on some nodes than on others', async () => {
    const one = await held('./certs/acme-public.pem', ['a.example'])
    assert.equal(dueAtMs(one, ['a.example'], 0), FROM_MS + 60 * DAY_MS)
    assert.equal(dueAtMs(one, ['a.example'], 0.5), FROM_MS + 60.9 * DAY_MS)
  })

  test('at once where there is none, or one for other names, or one that vouches for itself', async () => {
    const one = await held('./certs/acme-public.pem', ['a.example', 'b.example'])
    const self = { ...one, chain: [new X509Certificate(ca.certPem)], names: ['a.example'] }
    assert.equal(dueAtMs(null, ['a.example'], 0), 0)
    assert.equal(dueAtMs(one, ['a.example'], 0), 0)
    assert.equal(dueAtMs(one, ['a.example', 'c.example'], 0), 0)
    assert.equal(dueAtMs(self, ['a.example'], 0), 0)
    assert.notEqual(dueAtMs(one, ['b.example', 'a.example'], 0), 0)
  })

  test('in the place of one for exactly its names, and of no other', async () => {
    const own = await held('./certs/acme-public.pem', ['old.example'])
    const same = await held('./certs/by-hand.pem', ['b.example', 'a.example'])
    const more = await held('./certs/more.pem', ['a.example', 'b.example', 'c.example'])
    const names = ['a.example', 'b.example']
    assert.equal(heldOf(view(more), 'public', names), null)
    assert.equal(heldOf(view(more, same), 'public', names), same)
    assert.equal(heldOf(view(more, same, own), 'public', names), own)
    assert.equal(heldOf(view(own), 'other', names), null)
  })
})

suite('what failed is tried again', () => {
  test('later each time, never later than in some hours', () => {
    const minutes = [1, 2, 3, 4, 20].map((n) => retryInMs(n, true, 0, 0) / 60_000)
    assert.deepEqual(minutes, [5, 10, 20, 40, 360])
    assert.equal(retryInMs(1, true, 0, 0.5), 330_000)
    assert.equal(retryInMs(1, false, 0, 0), 30_000)
  })

  test('when the authority says, if that is later', () => {
    assert.equal(retryInMs(1, true, DAY_MS, 0), DAY_MS)
    assert.equal(retryInMs(1, true, 1000, 0), 300_000)
  })
})
