// Every way to ask the console's server for a file that is not the console's: nothing, or the page.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { once } from 'node:events'
import { createAdminApp } from '../../../gateway/control/admin/app.ts'
import { ANYONE } from '../../../gateway/control/admin/operation.ts'
import { mountConsole, readConsole } from '../../../gateway/control/console/static-files.ts'

const SECRET = 'nobody outside may read this'
const PAGE = '<!doctype html><title>console</title>'
const CORPUS = resolve(import.meta.dirname, '../../../../shared/corpora/traversal.txt')

/** Up, up and away, in every spelling that some server once took for it. */
const CLIMBS = [
  '../',
  '..%2f',
  '..%2F',
  '..\\',
  '..%5c',
  '%2e%2e/',
  '%2e%2e%2f',
  '%2e%2e\\',
  '%252e%252e%252f',
  '..%252f',
  '..%c0%af',
  '..%ef%bc%8f',
  '%c0%ae%c0%ae/',
  '.%2e/',
  '..;/',
  '....//',
  '..././',
  '..%00/',
]
const TARGETS = ['secret.txt', 'secret', 'etc/passwd', '.git/config']

const EVERYTHING = [
  ...CLIMBS.flatMap((climb) =>
    ['/', '/ui/', '/assets/', '//'].flatMap((from) =>
      TARGETS.flatMap((to) => [1, 2, 6].map((times) => from + climb.repeat(times) + to)),
    ),
  ),
  '//etc/passwd',
  '/ui//etc/passwd',
  '/.git',
  '/.git/config',
  '/.git/HEAD',
  '/.env',
  '/.env.local',
  '/.DS_Store',
  '/assets/.hidden',
  '/assets/main-abc123.js.map',
  '/assets/',
  '/assets',
  '/package.json',
  '/secret.txt',
  '/secret.txt%00.js',
  '/icon.svg%00',
  '/icon.svg/',
  '/%2ficon.svg',
  '/C:/windows/win.ini',
  'file:///etc/passwd',
  'http://127.0.0.1/../secret.txt',
]

suite('the console’s server', () => {
  let folder: string
  let port: number
  let close: () => Promise<void>

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-static-'))
    const built = join(folder, 'console')
    mkdirSync(join(built, 'assets'), { recursive: true })
    mkdirSync(join(folder, '.git'))
    mkdirSync(join(built, '.git'))
    for (const place of [folder, built]) writeFileSync(join(place, '.git', 'config'), SECRET)
    for (const name of ['secret.txt', 'secret', '.env']) writeFileSync(join(folder, name), SECRET)
    writeFileSync(join(built, '.env'), SECRET)
    writeFileSync(join(built, 'assets', 'main-abc123.js.map'), SECRET)
    writeFileSync(join(built, 'assets', 'main-abc123.js'), 'export {}')
    writeFileSync(join(built, 'icon.svg'), '<svg/>')
    writeFileSync(join(built, 'index.html'), PAGE)
    const quiet = (): void => {}
    const files = readConsole(built)
    const app = await createAdminApp({
      operations: [],
      authenticate: () => ({ principal: ANYONE, sessionId: null }),
      pages: (one) => mountConsole(one, files, () => Promise.resolve(false)),
      newId: () => 'id',
      beforeChange: quiet,
      onEvent: quiet,
      log: { info: quiet, warn: quiet, error: quiet },
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    port = (app.server.address() as AddressInfo).port
    close = () => app.close()
  })

  after(async () => {
    await close()
    rmSync(folder, { recursive: true })
  })

  /** As it is written: no library may mend the path on its way. */
  async function ask(target: string): Promise<{ status: number; head: string; body: string }> {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`)
    const parts: Buffer[] = []
    socket.on('data', (part: Buffer) => parts.push(part))
    await once(socket, 'close')
    const [head = '', body = ''] = Buffer.concat(parts).toString().split('\r\n\r\n', 2)
    return { status: Number(head.split(' ')[1]), head, body }
  }

  async function asked(targets: readonly string[]): Promise<void> {
    for (const target of targets) {
      const { status, body } = await ask(target)
      assert.ok(!body.includes(SECRET) && !/root:.*:0:0:/.test(body), target)
      const isPage = status === 200 && body === PAGE
      assert.ok(isPage || (status >= 400 && status < 500), `${target}: ${status} ${body}`)
    }
  }

  test('gives none of them away', () => asked(EVERYTHING))

  test('has nothing at hidden names, maps and climbing paths, not even the page', async () => {
    const missing = [
      '/.git/config',
      '/.git',
      '/.env',
      '/assets/main-abc123.js.map',
      '/ui/..%2f',
      '/ui/%5c',
      '//etc/passwd',
    ]
    for (const target of missing) assert.equal((await ask(target)).status, 404, target)
  })

  test('gives what it has with nosniff and a policy', async () => {
    for (const target of ['/', '/icon.svg', '/assets/main-abc123.js', '/nothing.js']) {
      const { head } = await ask(target)
      assert.match(head, /x-content-type-options: nosniff/i, target)
      assert.match(head, /content-security-policy: /i, target)
    }
  })

  const skip = existsSync(CORPUS) ? false : `${CORPUS} is not there`
  test('withstands the public lists of climbing paths', { skip }, async () => {
    const lines = readFileSync(CORPUS, 'utf8').split('\n').filter(Boolean)
    await asked(lines.map((line) => `/${line.replaceAll(/[\s]/g, '%20')}`))
  })
})
