// Configurations that are attacks (security.md A39 to A48), each by the API of a running gateway: refused with the place
// and what to write instead, in no time, and what is served stays as it is.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { freePort } from '../../support/free-port.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'

interface Answer {
  readonly status: number
  readonly etag: string
  readonly text: string
  readonly body: Readonly<Record<string, any>>
}

const HEAD = `listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]\n`
const ADMIN_PORT = await freePort()
const route = (to: string, more = ''): string =>
  `routes: [ { name: r, match: /r/*, to: ${to}, auth: public${more} } ]\n`
const url = (text: string): string => HEAD + route(JSON.stringify(text))
const plain = (more: string): string => HEAD + route('"http://127.0.0.1:1"', more)

/** What is wrong must be told in these words. */
const ATTACKS: readonly (readonly [name: string, text: string, told: RegExp])[] = [
  ['the metadata service as upstream', url('http://169.254.169.254'), /metadata/],
  ['it in other digits', url('http://2852039166'), /./],
  ['the console as upstream', url(`https://127.0.0.1:${ADMIN_PORT}`), /our own console/],
  ['a socket of this machine', url('unix:///var/run/docker.sock'), /can not speak/],
  ['a file of this machine', url('file:///etc/passwd'), /can not speak/],
  ['a password in a URL', url('http://user:secret@10.0.0.1'), /user name or password/],
  [
    'keys from inside',
    `${plain('')}issuers: { idp: { issuer: "https://idp.example/", jwks: "http://169.254.169.254/keys" } }\n`,
    /metadata/,
  ],
  [
    'a line end in a header',
    plain(', headers: { response: { set: { x-a: "1\\r\\nx-b: 2" } } }'),
    /./,
  ],
  [
    'a header that is ours',
    plain(', headers: { request: { set: { transfer-encoding: chunked } } }'),
    /./,
  ],
  [
    'a path that climbs',
    HEAD + route('"http://127.0.0.1:1"').replace('/r/*', '/r/../admin/*'),
    /\.\./,
  ],
  ['a rewrite that climbs', plain(', rewrite: { prefix: "/../" }'), /./],
  ['a key of every object', `${plain('')}__proto__: { polluted: true }\n`, /__proto__/],
  [
    'one deep inside',
    plain(', headers: { request: { set: { __proto__: x, constructor: y } } }'),
    /./,
  ],
  ['an alias bomb', `${bomb()}${plain('')}`, /alias|unknown key/i],
  ['very deep nesting', `${plain('')}x: ${'['.repeat(100_000)}${']'.repeat(100_000)}\n`, /./],
  [
    'a file of secrets',
    plain(', headers: { response: { set: { x-a: "${file:/etc/shadow-of-nobody}" } } }'),
    /./,
  ],
]

/** Nine aliases of nine aliases of … : 10^9 texts where it is unfolded. */
function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 10; i++) {
    lines.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  }
  return `${lines.join('\n')}\n`
}

suite('a configuration that is an attack', { timeout: 120_000 }, () => {
  let upstream: Upstream
  let gateway: TestGateway
  let original: string

  before(async () => {
    upstream = await startUpstream()
    gateway = await startGateway({
      config: `${HEAD}admin: { bind: "127.0.0.1:${ADMIN_PORT}" }\n${route(`"${upstream.url}"`)}`,
    })
    original = readFileSync(gateway.file, 'utf8')
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
  })

  function ask(method: string, path: string, body?: string, etag?: string): Promise<Answer> {
    const headers = {
      host: 'localhost',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(etag !== undefined && { 'if-match': etag }),
    }
    const socketPath = join(gateway.folder, 'data', 'control.sock')
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath, method, path, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => (text += part))
        response.on('end', () => {
          const { statusCode: status = 0, headers: fields } = response
          resolve({ status, etag: fields.etag ?? '', text, body: JSON.parse(text) as object })
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  async function isUntouched(): Promise<void> {
    assert.equal(readFileSync(gateway.file, 'utf8'), original)
    assert.equal((await ask('GET', '/api/v1/config')).body['text'], original)
    const { status } = await fetch(`http://127.0.0.1:${gateway.port('plain')}/r/1`)
    assert.equal(status, 200)
  }

  for (const [name, text, told] of ATTACKS) {
    test(`${name} is refused`, async () => {
      const { etag } = await ask('GET', '/api/v1/config')
      const asked = JSON.stringify({ text: `admin: { bind: "127.0.0.1:${ADMIN_PORT}" }\n${text}` })
      const { status, body, text: said } = await ask('PUT', '/api/v1/config', asked, etag)
      assert.equal(status, 422, said)
      const [first] = (body['errors'] as { detail: string; hint: string; line: number }[]).filter(
        ({ detail }) => told.test(detail),
      )
      assert.ok(first !== undefined, said.slice(0, 1000))
      assert.ok(first.line >= 1 && first.hint !== '', said.slice(0, 1000))
      assert.doesNotMatch(said, /user:secret|root:/)
      await isUntouched()
    })
  }

  test('JSON as deep as a body may be is refused, too', async () => {
    const deep = `{"text":${'['.repeat(300_000)}${']'.repeat(300_000)}}`
    const { status, body } = await ask('PUT', '/api/v1/config', deep, '"x"')
    assert.ok([400, 422].includes(status), String(status))
    assert.match(String(body['type']), /problem/)
    await isUntouched()
  })

  test('a key of every object in the body is refused or nothing', async () => {
    for (const key of ['__proto__', 'constructor']) {
      const asked = `{"text":"","${key}":{"prototype":{"polluted":true}}}`
      const { status } = await ask('POST', '/api/v1/config::try'.replace('::', ':'), asked)
      assert.ok(status >= 400, `${key} ${status}`)
    }
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
    await isUntouched()
  })
})
