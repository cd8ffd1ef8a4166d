// One running gateway in front of one recording upstream, and the questions every test of HTTP strictness asks it.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connectRaw, type RawClient } from '../../support/raw-client.ts'
import { connectHttp2, type Http2Client } from '../../support/http2-client.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { startRecorder, type Recorder } from '../../support/recorder.ts'
import { createTestIssuer, type TestIssuer } from '../../support/test-issuer.ts'

export interface EdgeUnderTest {
  readonly gateway: TestGateway
  readonly upstream: Recorder
  readonly issuer: TestIssuer
  connect(listener?: 'plain' | 'short'): Promise<RawClient>
  /** `settings` of the client beside a header table of size 0. */
  connectHttp2(settings?: Settings, listener?: 'secure' | 'secure-short'): Promise<Http2Client>
  /**
   * A well-behaved client on a connection of its own gets its own answer, and nothing but `expected` more reached the
   * upstream before it.
   */
  assertVictimClean(expected?: number): Promise<void>
  /** Resident memory of the worker process, bytes. */
  workerMemory(): number
  /** Ends everything; fails where another worker serves than in the beginning. */
  stop(): Promise<void>
}

type Settings = readonly (readonly [number, number])[]

const VICTIM = 'GET /victim HTTP/1.1\r\nhost: gw.test\r\nx-victim: 1\r\nconnection: close\r\n\r\n'

/**
 * Hosts `gw.test` and `localhost` are public, `auth.test` asks for a token of audience `test` and passes its subject as
 * `x-user`, `ws.test` knows the origin https://app.test, `slow.test` waits 500 ms for an upstream.
 */
function configuration(upstreamPort: number, issuer: TestIssuer): string {
  const to = `http://127.0.0.1:${upstreamPort}`
  return `
workers: 1
issuers: { idp: ${issuer.yaml} }
listeners:
  - { name: plain, bind: "127.0.0.1:0", tls: off, sizes: { body: 1MiB, message: 64KiB } }
  - { name: short, bind: "127.0.0.1:0", tls: off, timeouts: { headers: 1s, request: 2s, idle: 3s }, sizes: { body: unlimited } }
  - { name: secure, bind: "127.0.0.1:0", tls: { certs: ./certs }, sizes: { body: unlimited } }
  - { name: secure-short, bind: "127.0.0.1:0", tls: { certs: ./certs }, timeouts: { headers: 1s, request: 2s, idle: 1s } }
routes:
  - { name: public, match: { hosts: [gw.test, localhost] }, to: "${to}", auth: public }
  - name: guarded
    match: auth.test/*
    to: ${to}
    auth: { issuer: idp, audience: test, forward: { x-user: sub } }
  - { name: sockets, match: ws.test/*, to: "${to}", auth: public, cors: "https://app.test" }
  - { name: impatient, match: slow.test/*, to: "${to}", auth: public, timeout: 500ms }
telemetry: { accessLog: all }
`
}

export async function startEdge(): Promise<EdgeUnderTest> {
  const upstream = await startRecorder()
  const issuer = await createTestIssuer()
  const gateway = await startGateway({
    config: configuration(upstream.port, issuer),
    certificateNames: ['gw.test'],
  })
  const supervisor = gateway.process.pid!
  const firstWorker = workerOf(supervisor)
  const clients = new Set<RawClient>()
  const remember = (client: RawClient): RawClient => {
    clients.add(client)
    client.socket.once('close', () => clients.delete(client))
    return client
  }
  const connect = async (listener = 'plain'): Promise<RawClient> =>
    remember(await connectRaw(gateway.port(listener)))
  return {
    gateway,
    upstream,
    issuer,
    connect,
    async connectHttp2(settings = [], listener = 'secure') {
      const client = await connectHttp2(gateway.port(listener), gateway.ca.certPem, settings)
      remember(client.raw)
      return client
    },
    async assertVictimClean(expected = 0) {
      const victim = await connect()
      victim.send(VICTIM)
      const [answer] = await victim.answers(1)
      victim.destroy()
      assert.equal(answer!.status, 200, 'the victim is answered')
      assert.equal(answer!.body.toString(), 'ok', 'the victim gets its own answer')
      const targets = upstream.complete.map(({ method, target }) => `${method} ${target}`)
      assert.equal(targets.at(-1), 'GET /victim')
      assert.equal(targets.length, expected + 1, `requests at the upstream: ${targets.join(', ')}`)
      assert.equal(upstream.fault, null, 'the upstream saw well-formed requests only')
    },
    workerMemory: () => residentBytes(workerOf(supervisor)),
    async stop() {
      const lastWorker = workerOf(supervisor)
      // Open connections would be waited for.
      for (const client of clients) client.destroy()
      await upstream.close()
      assert.equal(await gateway.stop(), 0, gateway.stderr())
      assert.equal(lastWorker, firstWorker, 'one worker served everything')
    },
  }
}

/** Process id of the supervisor's only child. */
function workerOf(supervisor: number): number {
  const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8')
  return Number(children.split(' ')[0])
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024
}
