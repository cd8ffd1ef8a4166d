// A real browser decides what a page may read: preflight, answer and refusal, from an allowed and a foreign origin.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { documentOf } from '../../support/browser.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'

let gateway: TestGateway
let upstream: Server
let pages: Server
let seenMethods: string[] = []

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

/** Asks with a header that needs a preflight, and writes what came of it into the document. */
function page(target: string): string {
  return `<!doctype html><body><script>
fetch(${JSON.stringify(target)}, { headers: { authorization: 'Bearer none' } })
  .then(async (answer) => answer.status + ' ' + answer.headers.get('www-authenticate') + ' ' + (await answer.text()))
  .catch((error) => 'blocked ' + error.name)
  .then((text) => { document.body.textContent = text })
</script></body>`
}

before(async () => {
  upstream = createServer((request, response) => {
    seenMethods.push(request.method ?? '')
    response.setHeader('access-control-allow-origin', 'https://upstream.example')
    response.end('hello from upstream')
  })
  pages = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').searchParams.get('path') ?? '/'
    response.setHeader('content-type', 'text/html')
    response.end(page(`https://localhost:${gateway.port('public')}${path}`))
  })
  await Promise.all([listening(upstream), listening(pages)])
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  gateway = await startGateway({
    files: { 'keys.json': JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }) },
    config: `
issuers: { idp: { issuer: "https://idp.example.com/", jwks: ./keys.json } }
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
routes:
  - name: open
    match: /open
    to: http://127.0.0.1:${portOf(upstream)}
    auth: public
    cors: http://app.localhost:${portOf(pages)}
  - name: closed
    match: /closed
    to: http://127.0.0.1:${portOf(upstream)}
    auth: { issuer: idp, audience: api }
    cors: http://app.localhost:${portOf(pages)}
`,
  })
})

after(async () => {
  upstream.close()
  pages.close()
  await gateway.stop()
})

function asked(host: string, path: string): Promise<string> {
  seenMethods = []
  return documentOf(`http://${host}:${portOf(pages)}/?path=${path}`)
}

test('a page of the listed origin reads the answer, and its preflight never reaches the upstream', async () => {
  assert.match(await asked('app.localhost', '/open'), /200 null hello from upstream/)
  assert.deepEqual(seenMethods, ['GET'])
})

test('a page of the listed origin reads its 401 and the challenge', async () => {
  assert.match(await asked('app.localhost', '/closed'), /401 Bearer error="invalid_token"/)
  assert.deepEqual(seenMethods, [])
})

test('a page of another origin is kept from asking at all', async () => {
  assert.match(await asked('evil.localhost', '/open'), /blocked TypeError/)
  assert.deepEqual(seenMethods, [])
})
