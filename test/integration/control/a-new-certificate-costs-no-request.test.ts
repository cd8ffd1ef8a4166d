// A certificate is put in place by the API: told as done when clients are shown it, refused by name, and no request fails.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { ApiFailure, callApi } from '../../../gateway/cli/api-client.ts'
import { controlSocketPath } from '../../../gateway/control/admin/local-socket.ts'
import { sallyport } from '../../support/cli.ts'
import { readRequest } from '../../support/certificate-request.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { until } from '../../support/until.ts'
import { call, handshake } from '../edge/client.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'

const DAY_MS = 86_400_000

interface Item {
  readonly id: string
  readonly kind: string
  readonly place: string
  readonly names: readonly string[]
  readonly serial: string
  readonly keyType: string
  readonly daysLeft: number
  readonly state: string
  readonly usedBy: readonly string[]
  readonly isDefault: boolean
  readonly isServed: boolean
  readonly faults: readonly { message: string }[]
}

interface Uploaded {
  readonly file: string
  readonly oldSerial: string | null
  readonly newSerial: string
  readonly isServed: boolean
  readonly warnings: readonly { message: string }[]
  readonly nodes: readonly { node: string; serial: string | null }[]
}

let gateway: TestGateway
let upstream: Upstream

before(async () => {
  upstream = await startUpstream()
  gateway = await startGateway({
    config: `
workers: 2
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
routes:
  - { name: local, match: localhost/*, to: "${upstream.url}", auth: public }
  - { name: shop, match: "*.shop.example/*", to: "${upstream.url}", auth: public }
mesh: { trustDomain: shop.internal, bind: "127.0.0.1:0", authorize: [] }
`,
  })
  await until('an answer of control', async () => (await list().catch(() => [])).length > 0)
})

after(async () => {
  await gateway?.stop()
  await upstream?.close()
})

function api(method: string, path: string, body?: unknown): Promise<unknown> {
  const socket = controlSocketPath(join(gateway.folder, 'data'))
  return callApi({ kind: 'socket', path: socket }, method, path, body)
}

async function list(query = ''): Promise<readonly Item[]> {
  return ((await api('GET', `/api/v1/certificates${query}`)) as { items: readonly Item[] }).items
}

function upload(body: object): Promise<Uploaded> {
  const sent = { listener: 'public', ...body }
  return api('POST', '/api/v1/certificates', sent) as Promise<Uploaded>
}

/** The refusal of what must be refused. */
async function refusal(asked: Promise<unknown>): Promise<ApiFailure> {
  const answer = await asked.catch((error: unknown) => error)
  assert.ok(answer instanceof ApiFailure, JSON.stringify(answer))
  return answer
}

const inFolder = (): readonly string[] => readdirSync(join(gateway.folder, 'certs')).toSorted()

async function shown(name = 'localhost'): Promise<string> {
  const { serialNumber } = await handshake(gateway, { path: '/', tls: { servername: name } })
  return serialNumber.toLowerCase().replace(/^0+/, '')
}

suite('certificates', { timeout: 120_000 }, () => {
  test('are listed with what an operator asks of them, the first to run out in front', async () => {
    const items = await list()
    const own = items.find(({ kind }) => kind === 'listener')!
    assert.equal(own.place, './certs/server.crt')
    assert.deepEqual(own.names, ['localhost', '127.0.0.1'])
    assert.equal(own.serial, await shown())
    assert.equal(own.keyType, 'EC P-256')
    assert.deepEqual(own.usedBy, ['public'])
    assert.deepEqual([own.isDefault, own.isServed, own.state], [true, true, 'urgent'])
    assert.equal(own.daysLeft, 0)
    assert.deepEqual(new Set(items.map(({ kind }) => kind)), new Set(['listener', 'mesh-ca']))
    const pages: string[] = []
    for (let cursor = ''; ;) {
      const path = `/api/v1/certificates?limit=1${cursor}`
      const page = (await api('GET', path)) as { items: Item[]; nextCursor: string | null }
      pages.push(...page.items.map(({ id }) => id))
      if (page.nextCursor === null) break
      cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`
    }
    assert.deepEqual(
      pages,
      items.map(({ id }) => id),
    )
    assert.deepEqual(
      (await list('?dueWithinDays=14')).map(({ kind }) => kind),
      ['listener'],
    )
  })

  test('take the place of one another without a failed request', async (t) => {
    const before = await shown()
    const failures: string[] = []
    let requests = 0
    const end = new AbortController()
    t.after(() => end.abort())
    const client = async (): Promise<void> => {
      while (!end.signal.aborted) {
        requests += 1
        await call(gateway, '/').then(
          ({ status }) => status === 200 || failures.push(String(status)),
          (error: unknown) => failures.push(String(error)),
        )
      }
    }
    const clients = [client(), client()]
    const fresh = await gateway.ca.issue(['localhost', '127.0.0.1'], {
      notAfter: new Date(Date.now() + 90 * DAY_MS),
    })
    const answer = await upload({ ...fresh, replaces: 'listener:./certs/server.crt' })
    // At once: what was told as done is done.
    assert.equal(await shown(), answer.newSerial)
    end.abort()
    await Promise.all(clients)
    t.diagnostic(`${requests} requests`)
    assert.deepEqual(failures.slice(0, 3), [])
    assert.ok(requests > 20)
    assert.equal(answer.oldSerial, before)
    assert.deepEqual(
      answer.nodes.map(({ serial }) => serial),
      [answer.newSerial],
    )
    assert.deepEqual(inFolder(), ['server.crt', 'server.key'])
    assert.equal(statSync(join(gateway.folder, 'certs/server.key')).mode & 0o777, 0o600)
    const [own] = await list('?kind=listener')
    assert.deepEqual([own?.daysLeft, own?.state], [89, 'good'])
  })

  test('for another name come in a file of their own, and only where they are asked for', async () => {
    const pair = await gateway.ca.issue(['api.shop.example', 'nowhere.example'])
    const before = await shown()
    const answer = await upload(pair)
    assert.equal(answer.file, './certs/api.shop.example.pem')
    assert.equal(await shown('api.shop.example'), answer.newSerial)
    assert.equal(await shown(), before)
    assert.deepEqual(
      answer.warnings.map(({ message }) => message),
      [
        './certs/api.shop.example.pem expires in 0 days',
        'it comes first in the folder: clients that name no host we know are shown it from now on',
        'no route of the listener is for nowhere.example',
      ],
    )
    const other = await gateway.ca.issue(['api.shop.example'])
    const hidden = await refusal(upload({ ...other, name: 'zzz' }))
    assert.match(hidden.message, /api\.shop\.example\.pem serves all of its names already/)
    assert.match(hidden.message, /replaces: "listener:/)
  })

  test('with a fault are refused by its name, and the folder stays as it is', async () => {
    const { ca } = gateway
    const files = inFolder()
    const good = await ca.issue(['a.shop.example'])
    const other = await ca.issue(['b.shop.example'])
    const expired = await ca.issue(['localhost'], { notAfter: new Date(Date.now() - 1000) })
    const chain = `${ca.certPem}${good.certPem}`
    const cases: readonly (readonly [RegExp, object])[] = [
      [/private key does not belong/, { certPem: good.certPem, keyPem: other.keyPem }],
      [/wrong order/, { certPem: chain, keyPem: good.keyPem }],
      [/was not issued by/, { certPem: good.certPem + other.certPem, keyPem: good.keyPem }],
      [/there is no certificate/, { certPem: 'hello', keyPem: good.keyPem }],
      [/cannot be read/, { certPem: good.certPem.replace('MII', 'MIX'), keyPem: good.keyPem }],
      [/there is no private key/, { certPem: good.certPem }],
      [/names no host/, await ca.issue([])],
      [/is not valid now/, expired],
      [/no listener nowhere/, { ...good, listener: 'nowhere' }],
      [/no certificate in/, { ...good, replaces: 'listener:../data/console/server.pem' }],
      [/pattern|match|name/i, { ...good, name: '../escape' }],
    ]
    for (const [words, body] of cases) {
      const { message, problem } = await refusal(upload(body))
      assert.match(`${message} ${JSON.stringify(problem)}`, words)
      assert.doesNotMatch(JSON.stringify(problem), /PRIVATE KEY/)
      assert.deepEqual(inFolder(), files)
    }
  })

  test('that are not valid now are kept where somebody confirms it, and served to nobody', async () => {
    const before = await shown()
    const expired = await gateway.ca.issue(['localhost'], { notAfter: new Date(Date.now() - 1000) })
    const answer = await upload({ ...expired, confirmExpired: true, name: 'old' })
    assert.equal(answer.isServed, false)
    assert.equal(await shown(), before)
    const old = (await list('?kind=listener')).find(({ place }) => place.endsWith('old.pem'))!
    assert.deepEqual([old.state, old.isServed], ['expired', false])
  })

  test('whose key was made here need no key that travels', async () => {
    const asked = {
      names: ['made.shop.example', '*.made.shop.example', '192.0.2.7', '2001:db8::7'],
    }
    const { csrPem } = (await api('POST', '/api/v1/certificates:request', asked)) as {
      csrPem: string
    }
    const { names, certPem } = await readRequest(csrPem, gateway.ca)
    assert.deepEqual(names, asked.names)
    const folder = join(gateway.folder, 'data/certificate-keys')
    const [key = ''] = readdirSync(folder)
    assert.equal(statSync(join(folder, key)).mode & 0o777, 0o600)
    const answer = await upload({ certPem })
    assert.equal(await shown('made.shop.example'), answer.newSerial)
    assert.deepEqual(readdirSync(folder), [])
  })

  test('are not even written where the file of the configuration has an error', async () => {
    const files = inFolder()
    const good = readFileSync(gateway.file, 'utf8')
    gateway.write('sallyport.yaml', `${good}\nbroken: [`)
    const { code, message } = await refusal(upload(await gateway.ca.issue(['late.shop.example'])))
    assert.equal(code, 'rejected')
    assert.match(message, /the file of the configuration has an error/)
    assert.deepEqual(inFolder(), files)
    gateway.write('sallyport.yaml', good)
  })

  test('leave no key in the audit, the log or an answer', async () => {
    const folder = join(gateway.folder, 'data/audit')
    const audit = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    const said = [...audit, gateway.stdout(), gateway.stderr(), JSON.stringify(await list())]
    assert.match(audit.join(''), /"action":"uploadCertificate"/)
    assert.match(audit.join(''), /"oldSerial"|"before":\{"serial"/)
    for (const name of inFolder()) {
      const text = readFileSync(join(gateway.folder, 'certs', name), 'utf8')
      const [, key = ''] = /PRIVATE KEY-----\n(\S+)/.exec(text) ?? []
      if (key === '') continue
      for (const one of said) assert.ok(!one.includes(key.slice(0, 40)), name)
    }
    for (const one of said) assert.doesNotMatch(one, /PRIVATE KEY/)
  })

  test('are listed by the command line, as a table and for programs', async () => {
    const table = await sallyport('certs', '-c', gateway.file)
    assert.equal(table.code, 0, table.stderr)
    assert.match(table.stdout, /^KIND +PLACE +NAMES/)
    assert.match(table.stdout, /listener +\.\/certs\/server\.crt +localhost 127\.0\.0\.1 /)
    const json = await sallyport('certs', '--due-within', '14', '-o', 'json', '-c', gateway.file)
    const { items } = JSON.parse(json.stdout) as { items: readonly Item[] }
    assert.ok(items.length > 0 && items.every(({ daysLeft }) => daysLeft <= 14))
    const asked = ['--listener', 'public', '--name', 'localhost']
    const served = await sallyport('certs', 'served', ...asked, '-c', gateway.file)
    assert.ok(served.stdout.includes(await shown()), served.stdout)
    const rotated = await sallyport('certs', 'authority', 'rotate', '-c', gateway.file)
    assert.match(rotated.stdout, /announced .* 0 of 0 sidecars trust it/)
    const finished = await sallyport('certs', 'authority', 'finish', '-c', gateway.file)
    assert.match(finished.stdout, /^issuing .*\nretiring /m)
    assert.equal((await sallyport('certs', 'authority', 'finish', '-c', gateway.file)).code, 6)
    assert.equal((await sallyport('certs', 'frobnicate', '-c', gateway.file)).code, 2)
  })
})
