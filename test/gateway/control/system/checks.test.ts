// Each check in a world that is broken in one place: it says so, under its own id and with something to do.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AcmeCertificate } from '../../../../gateway/control/certificates/acme/schemas.ts'
import { CHECK_WORDS } from '../../../../gateway/control/system/check-words.ts'
import { runChecks, tell, worstOf } from '../../../../gateway/control/system/check.ts'
import { createTestCa } from '../../../support/certificates.ts'
import { CONFIG, complaintsOf, findingsOf, NOW_MS, type World } from './fixture.ts'

const DAY_MS = 86_400_000
const REDIS = `store: redis://127.0.0.1:6379\n${CONFIG}`
const ISSUER = `issuers: { idp: { issuer: "https://idp.example.com/", jwks: "https://idp.example.com/jwks" } }\n${CONFIG}`
const DEVELOPMENT_MESH = `mesh: { trustDomain: shop.internal, authorize: [] }\n${CONFIG}`
const EVERY_HOST = CONFIG.replace('[ api.stripe.com ]', '[ "*.nobody.invalid" ]')
const METADATA = CONFIG.replace('  rules:', '  network: { allow: [ 169.254.169.254 ] }\n  rules:')
const ACME = 'directory: https://ca.example/, email: a@b.example, names: [shop.example.com]'
const SECURE = CONFIG.replace(
  'tls: off',
  `tls: { certs: ./certs, acme: { ${ACME}, termsAgreed: true } }`,
)
const refusedOrder = (notAfterMs: number | null): AcmeCertificate => ({
  listener: 'plain',
  listeners: ['plain'],
  names: ['shop.example.com'],
  directory: 'https://ca.example/',
  email: 'a@b.example',
  file: null,
  serial: null,
  notAfterMs,
  state: { kind: 'failed', reason: 'no', atMs: NOW_MS, nextAtMs: NOW_MS + DAY_MS, attempts: 1 },
})
const instance = {
  service: 'billing',
  instance: 'b1',
  id: 'spiffe://x/ns/default/svc/billing',
  address: '10.0.0.1',
  port: 15443,
  status: 'ready',
  healthy: false,
  suspect: false,
  silentMs: 0,
}
const token = { name: 'ci', owner: 'alice', createdAtMs: NOW_MS - 200 * DAY_MS, lastUsedAtMs: null }
const node = { name: 'a', version: '1.0.0', health: 'serving', skewMs: 0 } as const
const store = { pingMs: 0.4, scriptProblem: null, evictionPolicy: 'noeviction', skewMs: 3 }

const BROKEN: Readonly<Record<string, readonly [world: World, id: string, status: string]>> = {
  'an old Node': [{ probes: { nodeVersion: '24.17.0' } }, 'node.version', 'failed'],
  'a Node of an odd line': [{ probes: { nodeVersion: '23.99.0' } }, 'node.version', 'failed'],
  'few files': [{ probes: { openFiles: () => 256 } }, 'node.files', 'failed'],
  'not many files': [{ probes: { openFiles: () => 2048 } }, 'node.files', 'warning'],
  'a port that somebody has': [
    { running: null, probes: { tryToBind: async () => 'EADDRINUSE' } },
    'ports.free',
    'failed',
  ],
  'a door that does not answer': [
    { probes: { tryToConnect: async (_, port) => (port === 8080 ? 'ECONNREFUSED' : null) } },
    'ports.answering',
    'failed',
  ],
  'a file that does not compile': [{ config: 'listeners: 7' }, 'config.valid', 'failed'],
  'a file that was edited': [{ probes: { readText: () => '# new' } }, 'config.drift', 'warning'],
  'a file that is gone': [
    {
      probes: {
        readText() {
          throw new Error('ENOENT')
        },
      },
    },
    'config.drift',
    'failed',
  ],
  'a change that waits': [{ running: { revertsAtMs: NOW_MS } }, 'config.waiting', 'warning'],
  'a development authority': [{ config: DEVELOPMENT_MESH }, 'mesh.ca', 'warning'],
  'an authority that issues nothing': [
    { config: SECURE, running: { acme: [refusedOrder(null)] } },
    'tls.acme',
    'failed',
  ],
  'an authority that does not renew': [
    { config: SECURE, running: { acme: [refusedOrder(NOW_MS + DAY_MS)] } },
    'tls.acme',
    'warning',
  ],
  'an instance that is not well': [
    { config: DEVELOPMENT_MESH, running: { instances: [instance as never] } },
    'mesh.instances',
    'warning',
  ],
  'a store that is away': [
    {
      config: REDIS,
      probes: { askStore: () => Promise.reject(new Error('ECONNREFUSED')) },
    },
    'store.ping',
    'failed',
  ],
  'a store far away': [
    { config: REDIS, probes: { askStore: async () => ({ ...store, pingMs: 80 }) } },
    'store.ping',
    'warning',
  ],
  'a store without scripts': [
    { config: REDIS, probes: { askStore: async () => ({ ...store, scriptProblem: 'NOPERM' }) } },
    'store.scripts',
    'failed',
  ],
  'a store that forgets': [
    {
      config: REDIS,
      probes: { askStore: async () => ({ ...store, evictionPolicy: 'allkeys-lru' }) },
    },
    'store.eviction',
    'failed',
  ],
  'a store that forgets some': [
    {
      config: REDIS,
      probes: { askStore: async () => ({ ...store, evictionPolicy: 'volatile-ttl' }) },
    },
    'store.eviction',
    'warning',
  ],
  'a clock that is off': [
    { config: REDIS, probes: { askStore: async () => ({ ...store, skewMs: -7000 }) } },
    'store.clock',
    'failed',
  ],
  'an issuer that is away before the start': [
    {
      config: ISSUER,
      running: null,
      probes: { fetchKeys: () => Promise.reject(new Error('ENOTFOUND')) },
    },
    'keys.idp',
    'failed',
  ],
  'an issuer without keys in force': [{ config: ISSUER }, 'keys.idp', 'failed'],
  'one endpoint that is down': [
    { probes: { tryToConnect: async (_, port) => (port === 3001 ? 'ECONNREFUSED' : null) } },
    'upstreams.shop',
    'warning',
  ],
  'a service that is down': [
    { probes: { tryToConnect: async (_, port) => (port > 3000 && port < 3003 ? 'EHOST' : null) } },
    'upstreams.shop',
    'failed',
  ],
  'an egress that is not in force': [{ running: { egressMode: null } }, 'egress.mode', 'failed'],
  'an egress in another mode': [{ running: { egressMode: 'learn' } }, 'egress.mode', 'failed'],
  'a rule for every host': [
    { config: EVERY_HOST, probes: { strangeHost: () => 'x.nobody.invalid' } },
    'egress.deny',
    'failed',
  ],
  'metadata that is let out': [{ config: METADATA }, 'egress.inside', 'warning'],
  'a console for all': [
    {
      config: CONFIG.replace(
        'bind: "127.0.0.1:9443"',
        'bind: "10.0.0.1:9443", hosts: [gw.example.com]',
      ),
    },
    'admin.bind',
    'warning',
  ],
  'nobody set up': [{ running: { accounts: { users: 0, tokens: [] } } }, 'admin.users', 'warning'],
  'accounts that cannot be read': [{ running: { accounts: null } }, 'admin.users', 'failed'],
  'a token nobody uses': [
    {
      running: {
        accounts: { users: 1, tokens: [{ ...token, expiresAtMs: NOW_MS + 90 * DAY_MS }] },
      },
    },
    'admin.tokens',
    'warning',
  ],
  'a token that ends': [
    {
      running: {
        accounts: {
          users: 1,
          tokens: [{ ...token, lastUsedAtMs: NOW_MS, expiresAtMs: NOW_MS + DAY_MS }],
        },
      },
    },
    'admin.tokens-ending',
    'warning',
  ],
  'a full disk': [{ probes: { space: () => ({ free: 1e6, total: 1e9 }) } }, 'disk.space', 'failed'],
  'a folder for all': [{ probes: { modeOf: () => 0o755 } }, 'disk.folder', 'warning'],
  'a folder of somebody else': [{ probes: { canWrite: () => false } }, 'disk.folder', 'failed'],
  'a node that is behind': [
    { running: { nodes: async () => [node, { ...node, name: 'b', health: 'behind' }] } },
    'fleet.nodes',
    'warning',
  ],
  'a node that failed': [
    { running: { nodes: async () => [node, { ...node, name: 'b', health: 'failed' }] } },
    'fleet.nodes',
    'failed',
  ],
  'nodes nobody can list': [
    { running: { nodes: () => Promise.reject(new Error('away')) } },
    'fleet.nodes',
    'failed',
  ],
  'two versions': [
    { running: { nodes: async () => [node, { ...node, name: 'b', version: '0.9.0' }] } },
    'fleet.versions',
    'warning',
  ],
  'a clock of another node': [
    { running: { nodes: async () => [node, { ...node, name: 'b', skewMs: 4000 }] } },
    'fleet.clocks',
    'warning',
  ],
}

suite('checks', () => {
  test('have nothing to say of a world in which all is well', async () => {
    assert.deepEqual(await complaintsOf({}), [])
    assert.deepEqual(await complaintsOf({ running: null }), [])
    const groups = new Set((await findingsOf({})).map(({ group }) => group))
    for (const group of [
      'node',
      'ports',
      'config',
      'store',
      'upstreams',
      'egress',
      'admin',
      'disk',
    ]) {
      assert.ok(groups.has(group as never), group)
    }
  })

  for (const [what, [world, id, status]] of Object.entries(BROKEN)) {
    test(`see ${what}`, async () => {
      const complaints = await complaintsOf(world)
      const found = complaints.find((finding) => finding.id === id)
      assert.equal(found?.status, status, JSON.stringify(complaints))
      assert.notEqual(found.hint, '')
    })
  }

  test('are of the certificates that are served', async () => {
    const ca = await createTestCa('test')
    const { certPem, keyPem } = await ca.issue(['api.example.com'])
    const config = CONFIG.replace('tls: off', 'tls: { certs: ./certs }')
    const files = {
      '/etc/sallyport/certs/api.crt': certPem,
      '/etc/sallyport/certs/api.key': keyPem,
    }
    const found = await complaintsOf({
      config,
      files,
      nowMs: Date.now(),
      probes: { modeOf: (path) => (path.endsWith('.key') ? 0o644 : 0o700) },
    })
    const ids = found.filter(({ group }) => group === 'tls').map(({ id }) => id)
    assert.ok(ids.includes('tls.names'))
    assert.ok(ids.includes('tls.keys'))
    assert.match(found.find(({ id }) => id === 'tls.keys')!.detail, /api\.key/)
    assert.match(found.find(({ id }) => id === 'tls.names')!.detail, /shop\.example\.com/)
  })

  test('that fail or hang are findings themselves, and take no other along', async () => {
    const found = await runChecks(
      [
        {
          group: 'disk',
          run() {
            throw new Error('no such device')
          },
        },
        { group: 'node', run: () => new Promise(() => {}) },
        { group: 'store', run: () => [{ id: 'x', status: 'ok', say: (t) => t.storeEmbedded() }] },
      ],
      {
        // The end of every check's time, at once.
        after(_delayMs, task) {
          const timer = setTimeout(task, 1)
          return () => clearTimeout(timer)
        },
      },
    )
    const told = tell(found, 'en')
    assert.deepEqual(
      told.map(({ group, status }) => [group, status]),
      [
        ['node', 'failed'],
        ['store', 'ok'],
        ['disk', 'failed'],
      ],
    )
    assert.match(told[2]!.detail, /no such device/)
    assert.equal(worstOf(told), 'failed')
    assert.equal(worstOf([]), 'ok')
  })

  test('say everything in both languages', () => {
    const japanese = CHECK_WORDS.ja as unknown as Record<string, (...args: unknown[]) => object>
    for (const [name, say] of Object.entries(CHECK_WORDS.en)) {
      const args = Array.from({ length: say.length }, (_, index) => `value${index}`)
      const english = (say as (...args: unknown[]) => { detail: string; hint: string })(...args)
      const other = japanese[name]!(...args) as { detail: string; hint: string }
      assert.notEqual(english.detail, '', name)
      assert.equal(english.hint === '', other.hint === '', name)
      for (const arg of args) {
        const isIn = (text: { detail: string; hint: string }): boolean =>
          `${text.detail} ${text.hint}`.includes(arg)
        assert.ok(isIn(english) && isIn(other), `${name} leaves out ${arg}`)
      }
    }
  })
})
