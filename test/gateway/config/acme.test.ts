import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePlan } from '../../../gateway/config/compile.ts'
import { createTestCa } from '../../support/certificates.ts'
import { loaded, loadText, told, type Surroundings } from './memory-disk.ts'

const GOOD =
  'directory: https://ca.example/dir, email: ops@example.com, names: [API.example.com, www.example.com], termsAgreed: true'

function text(acme: string, first = ''): string {
  return `${first}listeners: [ { name: public, tls: { certs: ./certs, acme: { ${acme} } } } ]
routes: [ { name: a, match: /x, to: "http://127.0.0.1:1", auth: public } ]
`
}

async function problems(acme: string, first = '', around: Surroundings = {}): Promise<string> {
  return told(await loadText(text(acme, first), around)).join('\n')
}

test('a listener whose authority has issued nothing yet is a plan, and serves nobody', async () => {
  const { config, materials } = loaded(await loadText(text(GOOD)))
  const tls = compilePlan(config, materials, 1, () => {})?.listeners[0]?.tls
  assert.deepEqual(tls?.certificates, [])
  assert.equal(tls?.folder, './certs')
  assert.deepEqual(tls?.acme, {
    directory: 'https://ca.example/dir',
    email: 'ops@example.com',
    names: ['api.example.com', 'www.example.com'],
    caPem: null,
  })
})

test('a certificate that is over does not keep the gateway from its renewal', async () => {
  const ca = await createTestCa('root')
  const { certPem, keyPem } = await ca.issue(['api.example.com'])
  const files = { '/config/certs/a.pem': certPem + keyPem }
  const nowMs = Date.now() + 3 * 86_400_000
  assert.match(await problems(GOOD, '', { files, nowMs }), / warning: .*expired/)
  const without = text(GOOD).replace(/, acme: \{.*?\}/, '')
  assert.match(told(await loadText(without, { files, nowMs })).join(), / error: .*expired/)
})

test('what an authority cannot be asked is refused where it stands', async () => {
  const cases: readonly (readonly [acme: string, message: RegExp])[] = [
    [GOOD.replace('https:', 'http:'), /`http:\/\/ca\.example\/dir` is not a directory/],
    [
      GOOD.replace('API.example.com', '"*.example.com"'),
      /no certificate for `\*\.example\.com` can be had this way/,
    ],
    [GOOD.replace('API.example.com', '192.0.2.1'), /`192\.0\.2\.1` is not a host name/],
    [GOOD.replace('API.example.com', 'localhost'), /`localhost` is not a host name/],
    [GOOD.replace('API', 'www'), /`www\.example\.com` is named twice/],
    [GOOD.replace('ops@', ''), /not a mail address/],
    [GOOD.replace(', termsAgreed: true', ''), /termsAgreed/],
    [GOOD.replace('true', 'false'), /expected `true`/],
    [`${GOOD}, ca: ./none.pem`, /cannot use \.\/none\.pem/],
    [`${GOOD}, key: x`, /key/],
  ]
  for (const [acme, message] of cases) assert.match(await problems(acme), message, acme)
})

test('a directory without TLS is for this machine alone, and not for production', async () => {
  const local = GOOD.replace('https://ca.example', 'http://127.0.0.1:14000')
  assert.doesNotMatch(await problems(local), /error/)
  assert.match(await problems(local, 'production: true\n'), /error.*is not a directory/)
})
