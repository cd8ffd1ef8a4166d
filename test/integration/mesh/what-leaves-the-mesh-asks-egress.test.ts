import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createKey } from '../../../sidecar/identity/key.ts'
import { createTestCa, type TestCa } from '../../support/certificates.ts'
import {
  startControl,
  startSidecar,
  type TestControl,
  type TestSidecar,
} from '../../support/mesh.ts'
import { svidOf, TestIdentity } from '../../support/mesh-identity.ts'
import { connectRaw } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import { startEgress, tlsOver, type EgressUnderTest } from '../egress/egress-under-test.ts'
import { says, startApp, type App } from './client.ts'

const EGRESS_ID = 'spiffe://mesh.test/ns/system/svc/egress'

let control: TestControl
let egress: EgressUnderTest
let shop: App
let bank: Server
let bankCa: TestCa
let web: TestSidecar
let ledger: TestSidecar

before(async () => {
  control = await startControl([])
  shop = await startApp(says('sold'))
  bankCa = await createTestCa('bank')
  const pair = await bankCa.issue(['bank.test'])
  bank = createServer({ cert: pair.certPem, key: pair.keyPem }, (request, response) => {
    request.resume()
    response.end('rich')
  })
  bank.listen(0, '127.0.0.1')
  await once(bank, 'listening')
  ;[web, ledger] = await Promise.all([
    startSidecar(control, 'web', shop.url),
    startSidecar(control, 'ledger', shop.url),
  ])
  const { csrPem, keyPem } = createKey()
  const { certPem, trust } = control.running.mesh.grant(csrPem, EGRESS_ID)
  egress = await startEgress({
    identity: new TestIdentity(svidOf(EGRESS_ID, { certPem, keyPem }), trust),
    options: {
      mesh: '127.0.0.1:0',
      rules: [
        {
          name: 'shop',
          from: ['web'],
          allow: [
            { host: 'shop.test', ports: [shop.port], protocol: 'http' },
            { host: 'bank.test', ports: [bankPort()] },
          ],
        },
      ],
    },
  })
  for (const name of ['shop.test', 'bank.test']) egress.dns.zones.set(name, ['127.0.0.1'])
  control.running.mesh.announce('system/egress', [
    {
      instance: 'egress-1',
      address: '127.0.0.1',
      port: egress.meshPort,
      weight: 100,
      zone: null,
      version: null,
      healthy: true,
    },
  ])
  for (const sidecar of [web, ledger]) {
    await until('egress to be known', async () =>
      (await sidecar.admin('/snapshot')).text.includes('egress-1'),
    )
  }
})

after(async () => {
  await Promise.all([web.sidecar.stop(), ledger.sidecar.stop()])
  await egress.close()
  await shop.close()
  bank.close()
  bank.closeAllConnections()
  await control.remove()
})

function bankPort(): number {
  return (bank.address() as AddressInfo).port
}

async function connectLine(sidecar: TestSidecar, target: string): Promise<string> {
  const client = await connectRaw(sidecar.sidecar.ports.outbound)
  client.send(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
  await client.waitFor('an answer', () => client.received.includes('\r\n\r\n'))
  client.destroy()
  return client.received.toString('latin1').split('\r\n')[0]!
}

/** As a proxy client asks. */
async function askProxy(sidecar: TestSidecar, url: string): Promise<number> {
  const { host } = new URL(url)
  const client = await connectRaw(sidecar.sidecar.ports.outbound)
  client.send(`GET ${url} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  const [answer] = await client.answers(1)
  client.destroy()
  return answer!.status
}

test('plain http leaves by the egress gateway, which knows the caller by its certificate', async () => {
  const at = `http://shop.test:${shop.port}/`
  assert.equal(await askProxy(web, at), 200)
  assert.equal(shop.seen.length, 1)
  assert.equal(await askProxy(ledger, at), 403)
  assert.equal(shop.seen.length, 1)
  assert.deepEqual(
    egress.decisions.map(({ caller, verdict }) => [caller, verdict]),
    [
      ['web', 'allow'],
      ['ledger', 'deny'],
    ],
  )
})

test('https leaves by a tunnel through it, end to end', async () => {
  const target = `bank.test:${bankPort()}`
  const client = await connectRaw(web.sidecar.ports.outbound)
  client.send(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
  await client.waitFor('an answer', () => client.received.includes('\r\n\r\n'))
  assert.match(client.received.toString('latin1'), /^HTTP\/1\.1 200 /)
  const tls = await tlsOver(client, bankCa.certPem, 'bank.test')
  tls.write('GET / HTTP/1.1\r\nHost: bank.test\r\nConnection: close\r\n\r\n')
  let text = ''
  for await (const chunk of tls) text += String(chunk)
  assert.match(text, /rich/)
  assert.match(await connectLine(ledger, target), /^HTTP\/1\.1 403 /)
})
