// The egress commands: from a refusal to a rule in the file, for a while or for good, and back.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { sallyport } from '../../support/cli.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { until } from '../../support/until.ts'

/** The status line of the answer to a CONNECT, and the socket. */
async function tunnel(proxy: number, target: string): Promise<{ line: string; socket: Socket }> {
  const socket = connect(proxy, '127.0.0.1')
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
  const [data] = (await once(socket, 'data')) as [Buffer]
  return { line: data.toString().split('\r\n')[0]!, socket }
}

suite('a refused destination', { timeout: 120_000 }, () => {
  let target: Server
  let connections = 0
  let port: number
  let gateway: TestGateway
  let proxy: number

  before(async () => {
    target = createServer((socket) => {
      connections += 1
      socket.on('error', () => undefined).pipe(socket)
    })
    target.listen(0, '127.0.0.1')
    await once(target, 'listening')
    port = (target.address() as AddressInfo).port
    gateway = await startGateway({
      config: `workers: 2
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "http://127.0.0.1:${port}", auth: public } ]
egress:
  plain: 127.0.0.1:0 # for this machine
  network: { allow: [ 127.0.0.0/8 ] }
`,
    })
    proxy = gateway.port('egress')
  })

  after(async () => {
    await gateway?.stop()
    target?.close()
  })

  const run = (...args: string[]) => sallyport(...args, '-c', gateway.file)
  const where = (): string => `cidr:127.0.0.1/32:${port}`

  test('is refused with words that help, and stands in the inbox', async () => {
    const { line, socket } = await tunnel(proxy, `127.0.0.1:${port}`)
    socket.destroy()
    assert.match(line, /^HTTP\/1\.1 403 /)
    assert.equal(connections, 0)
    await until('denial', async () => {
      const { stdout } = await run('egress', 'denied')
      return stdout.includes(`127.0.0.1:${port}`) && stdout.includes('anonymous')
    })
    const { stdout } = await run('egress', 'check', `127.0.0.1:${port}`, '--from', 'anonymous')
    assert.match(stdout, /^deny: /)
  })

  let open: Socket

  test('is let out by one command, and the file says so with everything else as it was', async () => {
    const before = readFileSync(gateway.file, 'utf8')
    const args = ['--from', 'anonymous', '--owner', 'team-a']
    const { code, stderr } = await run('egress', 'allow', where(), ...args)
    assert.equal(code, 0, stderr)
    const after = readFileSync(gateway.file, 'utf8')
    assert.match(after, /owner: team-a/)
    assert.equal(after.split('\n').filter((line) => !before.includes(line)).length, 1)
    const answer = await tunnel(proxy, `127.0.0.1:${port}`)
    assert.match(answer.line, /^HTTP\/1\.1 (200|403)/)
    open = answer.socket
  })

  test('is refused again when its rule goes, and open tunnels are closed', async () => {
    const closed = once(open, 'close')
    const text = readFileSync(gateway.file, 'utf8')
    writeFileSync(gateway.file, text.replace(/^ {2}rules:.*\n/m, ''))
    await closed
    await until('refusal', async () => {
      const { line, socket } = await tunnel(proxy, `127.0.0.1:${port}`)
      socket.destroy()
      return line.includes(' 403 ')
    })
  })

  test('may be let out for a while, and taken back by name, everything else as it was', async () => {
    const before = readFileSync(gateway.file, 'utf8')
    const args = ['--from', 'reports', '--owner', 'team-a', '--for', '1h', '-o', 'json']
    const allowed = await run('egress', 'allow', 'api.partner.test:8443', ...args)
    assert.equal(allowed.code, 0, allowed.stderr)
    const { rule, expires } = JSON.parse(allowed.stdout) as { rule: string; expires: string }
    const lifeMs = Date.parse(expires) - Date.now()
    assert.ok(lifeMs > 3_500_000 && lifeMs < 3_700_000, expires)
    assert.match(readFileSync(gateway.file, 'utf8'), new RegExp(`expires: ${expires}`))
    const retracted = await run('egress', 'retract', rule)
    assert.equal(retracted.code, 0, retracted.stderr)
    const restored = readFileSync(gateway.file, 'utf8')
    assert.equal(restored.replace(/^ {2}rules: \[\s*\]\n/m, ''), before)
    assert.notEqual((await run('egress', 'retract', rule)).code, 0)
  })

  test('may be ignored with a note, and is shown again afterwards', async () => {
    const { socket } = await tunnel(proxy, 'tracker.example.com:443')
    socket.destroy()
    const isShown = async (): Promise<boolean> =>
      (await run('egress', 'denied')).stdout.includes('tracker.example.com')
    await until('denial', isShown)
    const key = ['tracker.example.com:443', '--from', 'anonymous']
    assert.equal((await run('egress', 'ignore', ...key, '--note', 'a tracker')).code, 0)
    assert.equal(await isShown(), false)
    assert.match((await run('egress', 'denied', '--all')).stdout, /ignored: a tracker/)
    assert.equal((await run('egress', 'unignore', ...key)).code, 0)
    assert.equal(await isShown(), true)
    assert.notEqual((await run('egress', 'unignore', ...key)).code, 0)
  })

  test('inside is never let out by a command', async () => {
    for (const host of [
      '169.254.169.254:80',
      '10.0.0.1',
      '0x7f.1',
      'localhost',
      'metadata.google.internal',
    ]) {
      const args = ['--from', 'anonymous', '--owner', 'team-a', '--for', '1h']
      const { code, stderr } = await run('egress', 'allow', host, ...args)
      assert.equal(code, 6, `${host}: ${stderr}`)
    }
  })

  test('goes by the mode that every worker says it is in', async () => {
    const { stdout } = await run('egress', 'modes', '-o', 'json')
    const { configured, workers, missing, isAsConfigured } = JSON.parse(stdout) as {
      configured: string
      workers: { mode: string }[]
      missing: number
      isAsConfigured: boolean
    }
    assert.deepEqual([configured, missing, isAsConfigured], ['enforce', 0, true])
    assert.deepEqual(
      workers.map(({ mode }) => mode),
      ['enforce', 'enforce'],
    )
  })
})
