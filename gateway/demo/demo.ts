// Everything on loopback with nothing to configure: an identity provider, two services, and the gateway in front.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority } from '../control/authority.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { listen } from '../../sidecar/runtime/listen.ts'
import { startIdentityProvider } from './identity-provider.ts'
import { startSampleService } from './sample-service.ts'

export interface DemoWorld {
  /** The configuration that `up` is to run. */
  readonly file: string
  /** The demo authority's certificate, for `curl --cacert`. */
  readonly caFile: string
  readonly issuer: string
  /** May read orders, and nothing else. */
  readonly token: string
  close(): void
}

/** Starts what stands around the gateway and writes its configuration into a new temporary folder. */
export async function startDemoWorld(clock: Clock): Promise<DemoWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-demo-'))
  const provider = await startIdentityProvider()
  const orders = await startSampleService('orders')
  const billing = await startSampleService('billing')
  const authority = await createAuthority('Sallyport demo', clock)
  const certificate = await authority.issue({ names: ['localhost', '127.0.0.1'], days: 90 })
  mkdirSync(join(folder, 'certs'))
  writeFileSync(join(folder, 'certs', 'localhost.crt'), certificate.certPem)
  writeFileSync(join(folder, 'certs', 'localhost.key'), certificate.keyPem, { mode: 0o600 })
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, authority.certPem)
  const file = join(folder, 'sallyport.yaml')
  const port = await freePort(8443)
  writeFileSync(
    file,
    configuration({ port, issuer: provider.issuer, orders: orders.url, billing: billing.url }),
  )
  return {
    file,
    caFile,
    issuer: provider.issuer,
    token: await provider.token('alice', 'orders-api', 'orders:read'),
    close() {
      provider.close()
      orders.close()
      billing.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface DemoAddresses {
  readonly port: number
  readonly issuer: string
  readonly orders: string
  readonly billing: string
}

function configuration({ port, issuer, orders, billing }: DemoAddresses): string {
  return `# The demo's configuration: edit and save it while the demo runs, and see it go live.
issuers:
  demo: ${issuer}

listeners:
  - name: public
    bind: 127.0.0.1:${port}
    tls: { certs: ./certs }

services:
  orders: { endpoints: ["${orders}"] }
  billing: { endpoints: ["${billing}"] }

routes:
  - name: orders
    match: localhost/orders/*
    to: orders
    auth: { issuer: demo, audience: orders-api, scope: "orders:read", forward: { x-user: sub } }
    cors: https://app.example.com

  - name: billing
    match: localhost/billing/*
    to: billing
    auth: { issuer: demo, audience: orders-api, scope: "billing:admin" }

  - name: hello
    match: localhost/hello
    to: orders
    auth: public

telemetry: { accessLog: all }
`
}

/** `wanted` where it is free, else any port that is. */
async function freePort(wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const probe = createServer()
    try {
      await listen(probe, port, '127.0.0.1')
    } catch {
      continue
    }
    const address = probe.address()
    await new Promise((resolve) => probe.close(resolve))
    if (address !== null && typeof address === 'object') return address.port
  }
  throw new Error('there is no free port on 127.0.0.1')
}
