// Configurations with every kind of fault, checked in Japanese: no English sentence is left in what a person reads.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { formatProblems } from '../../../gateway/config/problems.ts'
import { CONFIG_FILE, loadText } from '../config/memory-disk.ts'
import { isEnglishLeft } from './english-left.ts'

const ROUTES = `
routes:
  - name: a
    match: { hosts: [api.example.com], path: /a }
    to: http://127.0.0.1:9000
    auth: public
`

/** By what is wrong with them; how many problems each has at least. */
const CASES: Readonly<Record<string, readonly [problems: number, text: string]>> = {
  'nothing in it': [1, ''],
  'no YAML': [1, 'listeners: [\n'],
  'two documents': [1, 'a: 1\n---\nb: 2\n'],
  'keys that are none': [
    6,
    `lisners: []\nstore: 5\nworkers: many\nproduction: 'yes'\ndataDir: []\nversion: 2\n${ROUTES}`,
  ],
  listeners: [
    6,
    `
listeners:
  - { name: public, bind: 0.0.0.0:99999, tls: off, http2: true }
  - { name: public, bind: '[::1', tls: { certs: ./none }, limits: { body: 10 } }
  - { name: 'a b', bind: nowhere, tls: { certs: ./none, clientAuth: required } }
  - { bind: 127.0.0.1:8443, timeouts: { idle: 5 } }
${ROUTES}`,
  ],
  routes: [
    14,
    `
listeners: [{ name: public, bind: 127.0.0.1:8443, tls: off }]
routes:
  - name: a
    match: 'https://api.example.com/x'
    to: nobody
    auth: public
  - name: a
    match: { hosts: ['*.*.example.com', EXAMPLE.com, 'x.example.com:80'], path: 'orders/*/x', methods: [get, TRACE] }
    to: [{ service: nobody, weight: 0 }]
    auth: { issuer: none, audience: [] }
    timeout: soon
    headers: { request: { set: { connection: close, x_y: z } } }
  - name: c
    match: { path: '/a/../b' }
    to: http://user:word@127.0.0.1:9000/path?query
    auth: public
    cors: { origins: ['*', 'https://a.example/'], credentials: true, maxAge: 3h, methods: [put] }
    limits: ['5 per ip', '100/fortnight per ip', { limit: 10/s, per: [colour], burst: 0 }]
    retries: { attempts: 99, budget: 200% }
`,
  ],
  issuers: [
    5,
    `
listeners: [{ name: public, bind: 127.0.0.1:8443, tls: off }]
issuers:
  'a b': https://idp.example.com/
  b: http://idp.example.com/
  c: { issuer: https://idp.example.com/?x, algorithms: [HS256, none, RS999] }
  d: { issuer: https://idp.example.com/, jwks: ./none.json, clockSkew: 1h }
${ROUTES}`,
  ],
  egress: [
    8,
    `
listeners: [{ name: public, bind: 127.0.0.1:8443, tls: off }]
${ROUTES}
egress:
  plain: 0.0.0.0:3128
  mode: report
  tokens: { a: short, b: short }
  network: { allow: [0.0.0.0/0, 10.0.0.1/8], deny: [here] }
  dns: { servers: [dns.example.com] }
  rules:
    - { name: x, from: [a], allow: ['*', 'com', 'https://a.example/x', 'a.example:0', 'ａ.example'] }
    - { name: x, from: ['*', b], allow: [a.example, a.example], expires: 2020-02-30 }
    - { name: y, from: [a] }
    - { name: z, from: [a], allow: [{ host: b.example, paths: ['/a*'], methods: [get], protocol: tcp }] }
`,
  ],
  'the mesh, the console and the store': [
    6,
    `
listeners: [{ name: public, bind: 127.0.0.1:8443, tls: off }]
${ROUTES}
services: { a: { mesh: true }, b: { endpoints: [] }, c: { endpoints: ['ftp://c'], tls: { ca: ./none } } }
store: { cluster: [one], sentinels: ['b:1'], tls: false }
production: true
mesh:
  trustDomain: Example
  bind: 15012
  certificates: { ttl: 1s }
  authorize: [{ to: nobody, from: [edge] }, { to: edge, from: any }]
admin:
  bind: 0.0.0.0:9443
  oidc: { issuer: http://idp.example, clientId: x, roles: {} }
telemetry: { accessLog: some }
`,
  ],
  secrets: [
    3,
    `
listeners: [{ name: public, bind: 127.0.0.1:8443, tls: off }]
routes:
  - name: a
    match: { path: /a }
    to: http://127.0.0.1:9000
    auth: public
    headers: { request: { set: { authorization: Bearer abcdefghijklmnop, x-a: '\${env:NOT_THERE}', x-b: '\${file:./none}', x-c: '\${what}' } } }
`,
  ],
}

suite('a configuration that is wrong is told so in Japanese', () => {
  for (const [name, [least, text]] of Object.entries(CASES)) {
    test(name, async () => {
      const result = await loadText(text)
      const problems = result.kind === 'refused' ? result.problems : result.warnings
      assert.ok(problems.length >= least, `only ${problems.length} problems`)
      const shown = (language: 'en' | 'ja'): string =>
        formatProblems(problems, result.text, CONFIG_FILE, { colour: false, language })
      // The file itself is shown beside them.
      const words = shown('ja')
        .split('\n')
        .filter((line) => !/^\s*\d* \|/.test(line))
      assert.deepEqual(words.filter(isEnglishLeft), [])
      assert.doesNotMatch(words.join('\n'), /\{\d?\}|undefined/)
      assert.equal(
        words.length,
        shown('en')
          .split('\n')
          .filter((line) => !/^\s*\d* \|/.test(line)).length,
      )
      assert.match(words.at(-2)!, /^(?:エラー\d+件)?(?:、?警告\d+件)?$/)
    })
  }

  test('the places, the excerpts and the number of problems are the same in both', async () => {
    const result = await loadText(CASES['routes']![1])
    assert.equal(result.kind, 'refused')
    const places = (language: 'en' | 'ja'): string[] =>
      formatProblems(result.kind === 'refused' ? result.problems : [], result.text, CONFIG_FILE, {
        colour: false,
        language,
      })
        .split('\n')
        .flatMap((line) => /^(\S+:\d+:\d+) |^\s*\d* \|.*/.exec(line) ?? [])
        .map((line) => line?.replace(/ .*/, ''))
    assert.deepEqual(places('ja'), places('en'))
  })
})
