// What developers use goes through egress as it is: curl, git, npm, pip, Node's fetch and a WebSocket.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createTestCa, type TestCa } from '../../support/certificates.ts'
import { startEgress, type EgressUnderTest } from './egress-under-test.ts'
import { startHttp, startHttps, type StandIn } from './stand-in.ts'

const TOKEN = 'developer-token-0123'
const HOSTS = ['secure.host.test', 'git.host.test', 'packages.host.test', 'pypi.host.test']

let ca: TestCa
let folder: string
let secure: StandIn
let plain: StandIn
let egress: EgressUnderTest
/** By host and path. */
const files = new Map<string, Buffer>()

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'egress-clients-'))
  ca = await createTestCa('private root')
  writeFileSync(join(folder, 'ca.pem'), ca.certPem)
  secure = await startHttps(await ca.issue(HOSTS), serve)
  plain = await startHttp(serve)
  egress = await startEgress({
    options: {
      tokens: { developer: TOKEN },
      rules: [
        {
          name: 'all',
          from: ['developer'],
          allow: [
            { host: '*.host.test', ports: [secure.port] },
            { host: 'plain.host.test', ports: [plain.port] },
          ],
        },
      ],
    },
  })
  for (const host of [...HOSTS, 'plain.host.test']) egress.dns.zones.set(host, ['127.0.0.1'])
})

after(async () => {
  await egress.close()
  await secure.close()
  await plain.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Files by path; whatever is uploaded is answered with its length and hash. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  const host = request.headers.host!.split(':')[0]!
  const hash = createHash('sha256')
  let length = 0
  request.on('data', (chunk: Buffer) => {
    length += chunk.length
    hash.update(chunk)
  })
  request.on('end', () => {
    if (request.method !== 'GET') {
      response.end(`${length} ${hash.digest('hex')}`)
      return
    }
    const file = files.get(host + new URL(request.url!, 'http://x').pathname)
    const isPage = request.url!.endsWith('/')
    response.writeHead(
      file === undefined ? 404 : 200,
      isPage ? { 'content-type': 'text/html' } : {},
    )
    response.end(file ?? 'nothing here')
  })
}

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly all: string
}

function proxy(): string {
  return `http://developer:${TOKEN}@127.0.0.1:${egress.port}`
}

/** With nothing of this machine's own settings but the path. */
function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const { PATH = '' } = process.env
    const child = spawn(command, args, {
      cwd: folder,
      env: { PATH, HOME: folder, https_proxy: proxy(), http_proxy: proxy(), ...env },
      timeout: 30_000,
    })
    let out = ''
    let errors = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk))
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk))
    child.on('error', (error) => resolve({ code: -1, out, all: error.message }))
    child.on('close', (code) => resolve({ code, out, all: out + errors }))
  })
}

function missing(command: string, args: readonly string[] = ['--version']): string | false {
  return spawnSync(command, args).status === 0 ? false : `${command} is not installed`
}

test(
  'curl: TLS, a large upload, plain HTTP, and the reason of a refusal',
  { skip: missing('curl') },
  async () => {
    files.set('secure.host.test/hello', Buffer.from('hello'))
    files.set('plain.host.test/hello', Buffer.from('plain hello'))
    const url = `https://secure.host.test:${secure.port}`
    const got = await run('curl', ['-sS', '--cacert', 'ca.pem', `${url}/hello`, `${url}/hello`])
    assert.equal(got.out, 'hellohello', got.all)

    const upload = randomBytes(20 * 1024 * 1024)
    writeFileSync(join(folder, 'upload'), upload)
    const expected = `${upload.length} ${createHash('sha256').update(upload).digest('hex')}`
    const put = await run('curl', ['-sS', '--cacert', 'ca.pem', '-T', 'upload', `${url}/up`])
    assert.equal(put.out, expected, put.all)

    const plainUrl = `http://plain.host.test:${plain.port}`
    assert.equal((await run('curl', ['-sS', `${plainUrl}/hello`])).out, 'plain hello')
    assert.equal((await run('curl', ['-sS', '-T', 'upload', `${plainUrl}/up`])).out, expected)
    const chunked = ['-sS', '-H', 'Transfer-Encoding: chunked', '-T', 'upload', `${plainUrl}/up`]
    assert.equal((await run('curl', chunked)).out, expected)

    const refused = await run('curl', ['-sS', '-v', 'https://other.test/'])
    assert.notEqual(refused.code, 0)
    assert.match(refused.all, /403 Egress no_rule/)
  },
)

test('git clones over TLS', { skip: missing('git') }, async () => {
  const author = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  }
  await run('git', ['init', '-q', 'work'])
  writeFileSync(join(folder, 'work', 'file'), 'content')
  await run('git', ['-C', 'work', 'add', 'file'])
  await run('git', ['-C', 'work', 'commit', '-q', '-m', 'first'], author)
  await run('git', ['clone', '-q', '--bare', 'work', 'bare.git'])
  await run('git', ['-C', 'bare.git', 'update-server-info'])
  const { globSync, statSync } = await import('node:fs')
  for (const path of globSync('**/*', { cwd: join(folder, 'bare.git') })) {
    const whole = join(folder, 'bare.git', path)
    if (statSync(whole).isFile()) files.set(`git.host.test/bare.git/${path}`, readFileSync(whole))
  }
  const url = `https://git.host.test:${secure.port}/bare.git`
  const cloned = await run('git', ['clone', '-q', url, 'cloned'], {
    GIT_SSL_CAINFO: join(folder, 'ca.pem'),
    GIT_CONFIG_NOSYSTEM: '1',
    // Otherwise it shows its token only to a proxy that has asked for one.
    GIT_HTTP_PROXY_AUTHMETHOD: 'basic',
  })
  assert.equal(cloned.code, 0, cloned.all)
  assert.equal(readFileSync(join(folder, 'cloned', 'file'), 'utf8'), 'content')
})

test('npm fetches a package', { skip: missing('npm') }, async () => {
  const registry = `https://packages.host.test:${secure.port}/`
  const tarball = gzipSync(
    tar('package/package.json', JSON.stringify({ name: 'tiny', version: '1.0.0' })),
  )
  files.set('packages.host.test/tiny/-/tiny-1.0.0.tgz', tarball)
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const dist = { tarball: `${registry}tiny/-/tiny-1.0.0.tgz`, integrity }
  const versions = { '1.0.0': { name: 'tiny', version: '1.0.0', dist } }
  const document = { name: 'tiny', 'dist-tags': { latest: '1.0.0' }, versions }
  files.set('packages.host.test/tiny', Buffer.from(JSON.stringify(document)))
  const packed = await run('npm', [
    'pack',
    'tiny',
    '--registry',
    registry,
    '--cafile',
    'ca.pem',
    '--fetch-retries=0',
  ])
  assert.equal(packed.code, 0, packed.all)
  assert.deepEqual(readFileSync(join(folder, 'tiny-1.0.0.tgz')), tarball)
})

test(
  'pip downloads a wheel',
  { skip: missing('python3', ['-m', 'pip', '--version']) },
  async () => {
    const name = 'tiny-1.0-py3-none-any.whl'
    const script = `
import zipfile
with zipfile.ZipFile('${name}', 'w') as z:
    z.writestr('tiny.py', '')
    z.writestr('tiny-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n')
    z.writestr('tiny-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    z.writestr('tiny-1.0.dist-info/RECORD', '')
`
    await run('python3', ['-c', script])
    files.set(`pypi.host.test/files/${name}`, readFileSync(join(folder, name)))
    files.set('pypi.host.test/simple/tiny/', Buffer.from(`<a href="/files/${name}">${name}</a>`))
    const index = `https://pypi.host.test:${secure.port}/simple/`
    const args = ['-m', 'pip', 'download', '--no-deps', '-q', '--retries', '0', '-d', 'wheels']
    const got = await run('python3', [...args, '--cert', 'ca.pem', '-i', index, 'tiny'])
    assert.equal(got.code, 0, got.all)
  },
)

test('the fetch of Node, keep-alive and in parallel', async () => {
  files.set('secure.host.test/fetch', Buffer.from('fetched'))
  files.set('plain.host.test/fetch', Buffer.from('fetched plainly'))
  const script = `
const url = 'https://secure.host.test:${secure.port}/fetch'
const texts = await Promise.all([1, 2, 3].map(async () => (await fetch(url)).text()))
texts.push(await (await fetch(url)).text())
console.log(texts.join(' '))
`
  const env = { NODE_USE_ENV_PROXY: '1', NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }
  const got = await run(process.execPath, ['--input-type=module', '-e', script], env)
  assert.equal(got.out.trim(), 'fetched fetched fetched fetched', got.all)
})

/** One file in an archive (POSIX ustar). */
function tar(name: string, content: string): Buffer {
  const head = Buffer.alloc(512)
  const size = Buffer.byteLength(content)
  head.write(name, 0)
  head.write('0000644\0', 100)
  head.write('0000000\0', 108)
  head.write('0000000\0', 116)
  head.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  head.write('00000000000\0', 136)
  head.write('        ', 148)
  head.write('0', 156)
  head.write('ustar', 257)
  head.write('00', 263)
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const body = Buffer.alloc(Math.ceil(size / 512) * 512)
  body.write(content)
  return Buffer.concat([head, body, Buffer.alloc(1024)])
}
