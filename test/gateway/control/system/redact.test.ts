// A diagnostics bundle holds no secret, wherever one may have strayed to.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bundle } from '../../../../gateway/control/system/diagnostics.ts'
import { RecentLog } from '../../../../gateway/control/system/recent-log.ts'
import { secretsOf } from '../../../../gateway/control/system/redact.ts'

const CONFIG = `
store: "redis://:hunter2hunter2@redis.internal:6379"
admin: { oidc: { issuer: "https://id.example.com/", clientId: x, clientSecret: "\${env:OIDC_SECRET}" } }
egress:
  tokens: { ci: "a-proxy-token-in-the-file" }
  external: [ { host: api.stripe.com, headers: { authorization: "Bearer \${file:stripe}" } } ]
`
const PLANTED = [
  'hunter2hunter2',
  'from-the-environment',
  'a-proxy-token-in-the-file',
  'sk_live_"quoted"_key',
  `sap_abcdefghij12_${'x'.repeat(43)}`,
  'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl',
  'dXNlcjpwYXNzd29yZA',
  'MIGHAgEAMBMGByqGSM49',
]

function parts(lines: readonly string[], sections: object = {}): string {
  const secrets = secretsOf(CONFIG, {
    env: { OIDC_SECRET: 'from-the-environment' },
    readFile: () => ({ text: 'sk_live_"quoted"_key' }),
  })
  return bundle(sections as Record<string, unknown>, lines, secrets, 0)
    .parts.map(({ text }) => text)
    .join('\n')
}

suite('a diagnostics bundle', () => {
  test('has none of the planted secrets, in the log or in any section', () => {
    const lines = PLANTED.map((secret) => JSON.stringify({ message: `failed with ${secret}` }))
    lines.push('{"authorization":"Basic dXNlcjpwYXNzd29yZA"}')
    lines.push('-----BEGIN EC PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END EC PRIVATE KEY-----')
    lines.push('as it is: sk_live_"quoted"_key')
    lines[6] = 'proxy-authorization: Basic dXNlcjpwYXNzd29yZA'
    lines[7] = ''
    const text = parts(lines, { deep: { list: PLANTED.slice(0, 6), key: PLANTED[3] } })
    for (const secret of PLANTED) assert.ok(!text.includes(secret), secret)
    assert.ok(text.includes('failed with'))
  })

  test('says how often it found what, also where it found nothing', () => {
    const secrets = ['hunter2hunter2']
    const lines = ['hunter2hunter2 and hunter2hunter2', PLANTED[5]!]
    const { redacted } = bundle({ a: PLANTED[4] }, lines, secrets, 0)
    assert.deepEqual(Object.fromEntries(redacted.map(({ kind, count }) => [kind, count])), {
      configured: 2,
      apiToken: 1,
      credential: 0,
      webToken: 1,
      privateKey: 0,
      passwordHash: 0,
      entry: 0,
    })
  })

  test('says how long each of its parts is', () => {
    const made = bundle({ versions: { a: 1 } }, ['one', 'two'], [], 5)
    assert.deepEqual(
      made.parts.map(({ name, bytes }) => [name, bytes]),
      [
        ['versions.json', 13],
        ['control.log', 8],
      ],
    )
  })
})

suite('the recent log', () => {
  test('keeps the latest lines within a bound, and hands all of them on', () => {
    const handed: string[] = []
    const note = (message: string): void => void handed.push(message)
    const log = new RecentLog({ info: note, warn: note, error: note }, { wallMs: () => 0 })
    for (let count = 0; count < 700; count++) log.info(`line ${count}`, { big: 'x'.repeat(5000) })
    log.warn('careful')
    log.error('broken', { why: 'it was' })
    assert.equal(handed.length, 702)
    assert.equal(log.lines.length, 500)
    assert.match(log.lines.at(-1)!, /"level":"error","message":"broken","why":"it was"/)
    assert.ok(log.lines.every((line) => line.length <= 2000))
  })
})
