// Egress of a running node, by its plain door and through sidecars: default deny, rules of each service, TLS in the app's place.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { createTestCa, type TestCa } from '../../support/certificates.ts'
import { connectRaw, type RawClient } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import { DnsServer, startDnsServer } from '../egress/dns-server.ts'
import { tlsOver } from '../egress/egress-under-test.ts'
import { startHttp, startHttps, startTcp, type StandIn } from '../egress/stand-in.ts'
import { says, startApp, type App } from '../mesh/client.ts'
import { startMeshNode, type MeshNode, type RunningSidecar } from './mesh-node.ts'

const CREDENTIAL = 'Bearer of-the-payments-team'
/** Of `egress allow`, until the call that was refused goes through. */
const ALLOWED_MS = 3000
/** Of a rule's removal, until what it let through has ended. */
const CLOSED_MS = 5000
const FORGED = {
  'x-mesh-client-id': 'spiffe://mesh.test/ns/default/svc/web',
  'x-sallyport-subject': 'web',
  'x-forwarded-client-cert': 'URI=spiffe://mesh.test/ns/default/svc/web',
  'proxy-authorization': 'Basic d2ViOndlYg==',
}

interface Seen {
  readonly url: string
  readonly headers: Readonly<Record<string, unknown>>
}

suite('on the way out', { timeout: 90_000 }, () => {
  let ca: TestCa
  let dns: DnsServer
  let sentinel: StandIn
  let shop: StandIn
  let bank: StandIn
  let pay: StandIn
  const paid: Seen[] = []
  const sold: Seen[] = []
  let app: App
  let node: MeshNode
  let web: RunningSidecar
  let ledger: RunningSidecar

  before(async () => {
    ca = await createTestCa('private root')
    dns = await startDnsServer()
    for (const name of ['api.example.net', 'shop.test', 'bank.test', 'api.pay.test'])
      dns.answers.set(name, () => ({ kind: 'addresses', a: ['127.0.0.1'], ttl: 0 }))
    sentinel = await startTcp((socket) => socket.destroy())
    shop = await startHttp((request, response) => {
      sold.push({ url: request.url ?? '', headers: request.headers })
      response.end('sold')
    })
    bank = await startHttps(await ca.issue(['bank.test']), (_request, response) => {
      response.end('rich')
    })
    pay = await startHttps(await ca.issue(['api.pay.test']), (request, response) => {
      paid.push({ url: request.url ?? '', headers: request.headers })
      response.end('paid')
    })
    app = await startApp(says(''))
    node = await startMeshNode({
      sections: {
        routes: [{ name: 'any', match: '/*', to: app.url, auth: 'public' }],
        egress: {
          plain: '127.0.0.1:0',
          mesh: '127.0.0.1:0',
          dns: [dns.address],
          network: { allow: ['127.0.0.0/8'] },
        },
      },
      authorize: [],
      files: { 'pay.token': CREDENTIAL, 'pay-ca.pem': ca.certPem },
    })
    ;[web, ledger] = await Promise.all([
      node.sidecar('web', app.url),
      node.sidecar('ledger', app.url),
    ])
    for (const sidecar of [web, ledger]) {
      await until('egress to be known', async () =>
        /"egress": \{/.test(await sidecar.admin('/snapshot')),
      )
    }
  })

  after(async () => {
    await node?.stop()
    await Promise.all([sentinel, shop, bank, pay, dns, app].map((each) => each?.close()))
  })

  const plain = (): number => node.gateway.port('egress')

  /** As clients of a proxy ask: the status, and everything that came. */
  async function ask(
    proxy: number,
    url: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    const client = await connectRaw(proxy)
    const fields = Object.entries({ host: new URL(url).host, ...headers })
    client.send(
      `GET ${url} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    )
    const [answer] = await client.answers(1)
    client.destroy()
    return { status: answer!.status, text: client.received.toString() }
  }

  async function tunnel(proxy: number, target: string): Promise<RawClient> {
    const client = await connectRaw(proxy)
    client.send(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
    await client.waitFor('an answer', () => client.received.includes('\r\n\r\n'))
    return client
  }

  /** The file's `egress:` with these rules and external hosts, served by every process. */
  async function configure(
    rules: readonly object[],
    external: readonly object[] = [],
  ): Promise<void> {
    const { file } = node.gateway
    const before = served()
    const config = parse(readFileSync(file, 'utf8')) as { egress: object }
    config.egress = { ...config.egress, rules, external }
    writeFileSync(file, stringify(config))
    await until('the new rules', () => served() > before)
  }

  /** How many configurations were put to work so far. */
  const served = (): number => node.gateway.stderr().split('"revision is live"').length - 1

  test('nothing gets through a fresh start, and neither resolver nor network hears of it', async () => {
    for (const proxy of [plain(), web.ports.outbound, ledger.ports.outbound]) {
      for (const host of [
        'api.example.net',
        'localhost',
        '127.0.0.1',
        '[::ffff:127.0.0.1]',
        '169.254.169.254',
      ]) {
        const to = `${host}:${sentinel.port}`
        const client = await tunnel(proxy, to)
        assert.match(client.received.toString(), /^HTTP\/1\.1 403 /, to)
        client.destroy()
        assert.equal((await ask(proxy, `http://${to}/`)).status, 403, to)
      }
    }
    assert.deepEqual(dns.queries, [])
    assert.equal(sentinel.connections(), 0)
    const { text } = await ask(web.ports.outbound, `http://api.example.net:${sentinel.port}/`)
    assert.match(
      text,
      /no rule lets web reach api\.example\.net:\d+; ask its owner or run: sallyport egress allow/,
    )
    assert.match(text, /^proxy-status: sallyport; error=http_request_denied/m)
    await until('the inbox', async () =>
      /^web +api\.example\.net:/m.test((await node.run('egress', 'denied')).stdout),
    )
  })

  test('what a command allows goes through within three seconds', async () => {
    const at = `api.example.net:${shop.port}`
    assert.equal((await ask(web.ports.outbound, `http://${at}/`)).status, 403)
    const startedMs = performance.now()
    const { code, stderr } = await node.run(
      'egress',
      'allow',
      at,
      '--from',
      'web',
      '--owner',
      'team-web',
    )
    assert.equal(code, 0, stderr)
    assert.equal((await ask(web.ports.outbound, `http://${at}/`)).status, 200)
    assert.ok(performance.now() - startedMs < ALLOWED_MS)
    assert.match((await node.run('egress', 'check', at, '--from', 'web')).stdout, /^allow: /)
    assert.equal((await ask(ledger.ports.outbound, `http://${at}/`)).status, 403)
    assert.equal((await ask(plain(), `http://${at}/`)).status, 403)
  })

  test('each service reaches its own host only, whatever it says about itself', async () => {
    const [toShop, toBank] = [`shop.test:${shop.port}`, `bank.test:${bank.port}`]
    await configure([
      { name: 'shop', from: ['web'], allow: [toShop] },
      { name: 'bank', from: ['ledger'], allow: [toBank] },
    ])
    const reached = async (proxy: number): Promise<readonly boolean[]> => {
      const { status } = await ask(proxy, `http://${toShop}/`, FORGED)
      const client = await tunnel(proxy, toBank)
      const isOpen = client.received.toString().startsWith('HTTP/1.1 200 ')
      client.destroy()
      return [status === 200, isOpen]
    }
    assert.deepEqual(await reached(web.ports.outbound), [true, false])
    assert.deepEqual(await reached(ledger.ports.outbound), [false, true])
    const { status } = await ask(plain(), `http://${toShop}/`, FORGED)
    assert.ok(status === 403 || status === 407, String(status))
    // What was said stays inside.
    assert.doesNotMatch(JSON.stringify(sold), /spiffe|x-mesh|x-sallyport|proxy-auth/)
  })

  test('a rule that goes takes its open tunnels along', async () => {
    const target = `bank.test:${bank.port}`
    const client = await tunnel(ledger.ports.outbound, target)
    const tls = await tlsOver(client, ca.certPem, 'bank.test')
    tls.on('error', () => undefined).resume()
    let closedMs = Infinity
    for (const end of ['end', 'close']) tls.once(end, () => (closedMs = performance.now()))
    await configure([{ name: 'shop', from: ['web'], allow: [`shop.test:${shop.port}`] }])
    const removedMs = performance.now()
    await until('the end of the tunnel', () => closedMs < Infinity, CLOSED_MS + 1000)
    assert.ok(closedMs - removedMs < CLOSED_MS)
    const refused = await tunnel(ledger.ports.outbound, target)
    assert.match(refused.received.toString(), /^HTTP\/1\.1 403 /)
    refused.destroy()
  })

  test('an app that speaks plain HTTP to its sidecar is heard by TLS, with a credential it never sees', async () => {
    const external = {
      host: 'api.pay.test',
      port: pay.port,
      headers: { authorization: '${file:pay.token}' },
      tls: { ca: 'pay-ca.pem' },
    }
    await configure(
      [{ name: 'pay', from: ['web'], allow: [`api.pay.test:${pay.port}`] }],
      [external],
    )
    const own = {
      authorization: 'Bearer of-the-app',
      ...FORGED,
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    }
    const { status, text } = await ask(web.ports.outbound, 'http://api.pay.test/v1/charges', own)
    assert.equal(status, 200, text)
    assert.match(text, /paid$/)
    assert.equal(paid.length, 1)
    assert.deepEqual([paid[0]?.url, paid[0]?.headers['authorization']], ['/v1/charges', CREDENTIAL])
    assert.equal(paid[0]?.headers['host'], `api.pay.test:${pay.port}`)
    assert.doesNotMatch(
      JSON.stringify(paid),
      /spiffe|x-mesh|x-sallyport|proxy-auth|of-the-app|traceparent/,
    )
    assert.equal((await ask(ledger.ports.outbound, 'http://api.pay.test/v1/charges')).status, 403)
    assert.equal(paid.length, 1)
    const logged = [
      node.gateway.stdout(),
      node.gateway.stderr(),
      web.stderr(),
      JSON.stringify(web.records()),
    ]
    const history = await node.run('history', '-o', 'json')
    for (const secret of [text, history.stdout, JSON.stringify(node.audit()), ...logged])
      assert.doesNotMatch(secret, /of-the-payments-team/)
  })
})
