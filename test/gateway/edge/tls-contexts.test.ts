import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import type { CertificatePlan, TlsPlan } from '../../../gateway/config/plan.ts'
import { ServerContexts } from '../../../gateway/edge/tls-contexts.ts'
import { createTestCa, type TestCa } from '../../support/certificates.ts'

suite('contexts by server name', () => {
  let ca: TestCa

  before(async () => {
    ca = await createTestCa('contexts')
  })

  async function certificate(...names: string[]): Promise<CertificatePlan> {
    const { certPem, keyPem } = await ca.issue(names)
    return { file: `${names[0]}.crt`, names, certPem, keyPem, notAfterMs: Infinity }
  }

  function plan(...certificates: CertificatePlan[]): TlsPlan {
    return {
      certificates,
      folder: './certs',
      acme: null,
      minVersion: 'TLSv1.2',
      clientCaPem: null,
      clientAuth: 'none',
    }
  }

  test('the first of the list is the default, and keeps a name that comes twice', async () => {
    const first = await certificate('a.example', 'shared.example')
    const second = await certificate('b.example', 'shared.example', '*.b.example')
    const contexts = new ServerContexts(plan(first, second))
    const a = contexts.contextFor('a.example')
    const b = contexts.contextFor('b.example')
    assert.notEqual(a, b)
    for (const name of [
      'shared.example',
      'unknown.example',
      '',
      '.',
      'x.y.b.example',
      'b.example.evil',
    ]) {
      assert.equal(contexts.contextFor(name), a, name)
    }
    for (const name of ['B.Example', 'b.example.', 'x.b.example', 'X.B.EXAMPLE.']) {
      assert.equal(contexts.contextFor(name), b, name)
    }
  })

  test('an update replaces all at once; one that OpenSSL refuses changes nothing', async () => {
    const contexts = new ServerContexts(plan(await certificate('a.example')))
    const before = contexts.contextFor('a.example')
    const wrong = { ...(await certificate('a.example')), keyPem: (await certificate('x')).keyPem }
    assert.throws(() => contexts.update(plan(wrong)))
    assert.equal(contexts.contextFor('a.example'), before)
    contexts.update(plan(await certificate('b.example')))
    assert.notEqual(contexts.contextFor('a.example'), before)
  })

  test('the callback answers at once and never throws', async () => {
    const contexts = new ServerContexts(plan(await certificate('a.example')))
    for (const name of ['a.example', '__proto__', 'constructor', '\0', 'x'.repeat(1000)]) {
      let answered = false
      contexts.select(name, (error, context) => {
        answered = error === null && context !== undefined
      })
      assert.ok(answered, name)
    }
  })
})
