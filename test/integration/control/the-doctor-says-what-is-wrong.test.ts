// `sallyport doctor` before the start, while all is well, after an edit, and when the gateway is gone; and its languages.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { sallyport } from '../../support/cli.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { until } from '../../support/until.ts'

interface Told {
  readonly status: string
  readonly items: readonly {
    readonly group: string
    readonly id: string
    readonly status: string
    readonly detail: string
  }[]
}

const config = (upstream: number): string => `
workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "http://127.0.0.1:${upstream}", auth: public } ]
egress: { plain: 127.0.0.1:0, rules: [ { name: a, from: [shop], allow: [ api.example.com ], owner: x } ] }
`

suite('the doctor', () => {
  let upstream: Server
  let port: number
  let gateway: TestGateway
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-doctor-'))

  before(async () => {
    upstream = createServer((_request, response) => response.end('ok'))
    upstream.listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    port = (upstream.address() as AddressInfo).port
    gateway = await startGateway({ config: config(port) })
  })
  after(async () => {
    await gateway?.stop()
    upstream?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function examine(
    ...args: string[]
  ): Promise<{ readonly code: number; readonly told: Told }> {
    const { code, stdout } = await sallyport('doctor', '-o', 'json', ...args)
    return { code, told: JSON.parse(stdout) as Told }
  }
  const of = ({ items }: Told, id: string) => items.find((item) => item.id === id)?.status

  test('finds nothing wrong with a gateway that is well, in every group', async () => {
    const { code, told } = await examine('-c', gateway.file)
    assert.equal(code, 0, JSON.stringify(told))
    assert.equal(of(told, 'config.drift'), 'ok')
    assert.equal(of(told, 'egress.deny'), 'ok')
    assert.equal(of(told, 'upstreams.reachable'), 'ok')
    assert.equal(of(told, 'ports.answering'), 'ok')
    const { told: some } = await examine('-c', gateway.file, '--only', 'egress,store')
    assert.deepEqual([...new Set(some.items.map(({ group }) => group))], ['store', 'egress'])
    const { told: rest } = await examine('-c', gateway.file, '--skip', 'egress')
    assert.ok(rest.items.length > 5 && rest.items.every(({ group }) => group !== 'egress'))
  })

  test('speaks the language that it is asked in, but to programs always English', async () => {
    const people = await sallyport('doctor', '-c', gateway.file, '--lang', 'ja')
    assert.match(people.stdout, /設定/)
    const programs = await sallyport('doctor', '-c', gateway.file, '--lang', 'ja', '-o', 'json')
    assert.doesNotMatch(programs.stdout, /[ぁ-ん一-龠]/)
  })

  test('sees before the start that the port is taken, and says nothing of what runs', async () => {
    const taken = join(folder, 'sallyport.yaml')
    writeFileSync(taken, config(port).replace('127.0.0.1:0", tls', `127.0.0.1:${port}", tls`))
    const { code, told } = await examine('--pre', '-c', taken)
    assert.equal(code, 1)
    assert.equal(of(told, 'ports.free'), 'failed')
    assert.equal(of(told, 'node.running'), undefined)
    assert.equal(of(told, 'config.drift'), undefined)
  })

  test('sees a service that went away', async () => {
    upstream.closeAllConnections()
    upstream.close()
    await once(upstream, 'close')
    await until('finding', async () => {
      const { code, told } = await examine('-c', gateway.file, '--only', 'upstreams')
      return code === 1 && told.status === 'failed'
    })
  })

  test('sees that a refused edit left the file and the gateway apart', async () => {
    appendFileSync(gateway.file, '\nnonsense: true\n')
    await until('drift', async () => {
      const { told } = await examine('-c', gateway.file, '--only', 'config')
      return of(told, 'config.drift') === 'warning'
    })
  })

  test('says that the gateway is gone, and what can be seen without it', async () => {
    writeFileSync(join(folder, 'gone.yaml'), config(port))
    const { code, told } = await examine('-c', join(folder, 'gone.yaml'))
    assert.equal(code, 1)
    assert.equal(of(told, 'node.running'), 'failed')
    assert.equal(of(told, 'config.valid'), 'ok')
  })

  test('is told by an unknown group or time what to write', async () => {
    const group = await sallyport('doctor', '-c', gateway.file, '--only', 'everything')
    assert.equal(group.code, 2)
    assert.match(group.stderr, /node, ports, config/)
    const wait = await sallyport('doctor', '-c', gateway.file, '--wait', 'long')
    assert.equal(wait.code, 2)
    assert.match(wait.stderr, /60s/)
  })
})
