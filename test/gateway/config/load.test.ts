import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig, type LoadResult } from '../../../gateway/config/load.ts'
import { CONFIG_FILE, fixedClock, loaded, loadText, memoryDisk, told } from './memory-disk.ts'

const LISTENERS = 'listeners: [{ name: a, tls: off }]\n'
const ROUTES = 'routes: [{ name: r, match: /x, to: "http://127.0.0.1:1", auth: public }]\n'
const BASE = LISTENERS + ROUTES

/** A whole file whose first line is a listener and whose third line begins the only route. */
function routeWith(line: string, auth = 'auth: public'): string {
  return `${LISTENERS}routes:\n  - name: r\n    match: /x\n    to: http://127.0.0.1:1\n    ${auth}\n    ${line}\n`
}

function listenerWith(keys: string): string {
  return `${ROUTES}listeners:\n  - { name: a, ${keys} }\n`
}

const broken: readonly (readonly [name: string, text: string, problems: readonly string[]])[] = [
  // The YAML itself.
  ['an empty file', '# nothing\n', ['1:1 error: the file is empty']],
  ['a list as a file', '- a\n', ['1:1 error: expected keys with values, got a list']],
  ['a tab as indentation', 'listeners:\n\t- name: a\n', ['2:1 error: a tab indents this line']],
  [
    'a bracket that is not closed',
    'listeners: [1, 2\nroutes: []\n',
    ['2:1 error: not valid YAML: …'],
  ],
  ['two documents', `${BASE}---\nversion: 1\n`, ['3:1 error: a second document begins here']],
  [
    'a key written twice',
    `${BASE}version: 1\nversion: 1\n`,
    ['4:1 error: key `version` is written twice'],
  ],
  ['a tag', `${BASE}version: !secret 1\n`, ['3:10 error: not valid YAML: Unresolved tag: !secret']],
  [
    'another YAML',
    `%YAML 1.1\n---\n${BASE}`,
    ['1:1 error: the file asks for another YAML than 1.2'],
  ],
  [
    'an alias without an anchor',
    `${BASE}dataDir: *folder\n`,
    ['3:10 error: nothing is named `&folder` before'],
  ],
  [
    'an alias to itself',
    `${BASE}dataDir: &a [*a]\n`,
    ['3:13 error: this is nested deeper than 64 levels'],
  ],
  // Keys.
  [
    'a misspelt key',
    `${BASE}listner: 1\n`,
    ['3:1 error: unknown key `listner`; did you mean `listeners`?'],
  ],
  ['no listeners', ROUTES, ['1:1 error: missing key `listeners`']],
  ['an empty list of routes', `${LISTENERS}routes: []\n`, ['2:9 error: this is empty']],
  ['another version', `${BASE}version: 2\n`, ['3:10 error: expected `1`, got 2']],
  ['too many workers', `${BASE}workers: 65\n`, ['3:10 error: 65 is out of range']],
  ['a limit that is no rate', routeWith('limits: [20 per ip]'), ['7:14 error: `20` is not a rate']],
  ['a cluster of no nodes', `${BASE}store: { cluster: [] }\n`, ['3:19 error: this is empty']],
  [
    'what later versions do',
    `${BASE}telemetry: { traces: 1 }\n`,
    ['3:14 error: unknown key `traces`: this version does not export traces yet'],
  ],
  [
    'mirrors, which must never be believed to be there',
    routeWith('mirror: { to: x }'),
    ['7:5 error: unknown key `mirror`: this version does not mirror requests yet'],
  ],
  [
    'what later versions do for services',
    `${routeWith('timeout: 1s')}services:\n  s: { endpoints: ["http://127.0.0.1:1"], health: {} }\n`,
    [
      '9:3 warning: service `s` is not used by any route',
      '9:43 error: unknown key `health`: this version does not probe the health of endpoints yet',
    ],
  ],
  // Listeners.
  [
    'a listener that does not say tls',
    `${ROUTES}listeners: [{ name: a }]\n`,
    ['2:13 error: missing key `tls`'],
  ],
  ['a port alone', listenerWith('tls: off, bind: ":8443"'), ['3:32 error: the address is missing']],
  [
    'a host name to bind to',
    listenerWith('tls: off, bind: "gw:1"'),
    ['3:32 error: `gw` is not an address'],
  ],
  [
    'a port too high',
    listenerWith('tls: off, bind: "127.0.0.1:65536"'),
    ['3:32 error: 65536 is not a port'],
  ],
  [
    'an IPv6 address without brackets',
    listenerWith('tls: off, bind: "::1:80"'),
    ['3:32 error: `::1:80` is not an address and a port'],
  ],
  [
    'a zero duration',
    listenerWith('tls: off, timeouts: { idle: 0s }'),
    ['3:44 error: 0s is out of range'],
  ],
  [
    'a header size below use',
    listenerWith('tls: off, sizes: { headers: 10B }'),
    ['3:44 error: 10B is out of range'],
  ],
  [
    'HTTP/2 without TLS',
    listenerWith('tls: off, http2: true'),
    ['3:33 error: HTTP/2 is offered over TLS only'],
  ],
  [
    'client certificates without a CA to check them',
    listenerWith('tls: { certs: ./none, clientAuth: required }'),
    [
      '3:30 error: cannot read folder ./none: there is no such file or folder',
      '3:50 error: `clientAuth: required` needs `clientCa`',
    ],
  ],
  [
    'two listeners of one name and one address',
    `${ROUTES}listeners:\n  - { name: a, bind: "0.0.0.0:80", tls: off }\n  - { name: a, bind: "127.0.0.1:80", tls: off }\n`,
    [
      '3:41 warning: listener `a` serves plain HTTP beyond this machine',
      '4:13 error: two listeners are named `a`',
      '4:22 error: `a` and `a` listen on the same address',
    ],
  ],
  // Routes.
  [
    'a route that does not say auth',
    `${LISTENERS}routes:\n  - name: r\n    match: /x\n    to: http://127.0.0.1:1\n`,
    ['3:5 error: missing key `auth`'],
  ],
  [
    'an auth that is no word',
    routeWith('timeout: 1s', 'auth: open'),
    ['6:11 error: expected `public` or keys with values, got "open"'],
  ],
  [
    'an empty auth',
    routeWith('timeout: 1s', 'auth:'),
    ['6:5 error: expected `public` or keys with values, got nothing'],
  ],
  [
    'an issuer that is not there',
    routeWith('timeout: 1s', 'auth: { issuer: idp, audience: a }'),
    ['6:21 error: there is no issuer named `idp`'],
  ],
  [
    'an issuer with problems of its own is not also unknown',
    `${routeWith('timeout: 1s', 'auth: { issuer: idp, audience: a }')}issuers: { idp: http://idp.example.com }\n`,
    ['8:17 error: …'],
  ],
  [
    'a service that is not there',
    `${LISTENERS}services: { orders: { endpoints: ["http://127.0.0.1:1"] } }\nroutes: [{ name: r, match: /x, to: oders, auth: public }]\n`,
    [
      '2:13 warning: service `orders` is not used by any route',
      '3:36 error: there is no service named `oders`',
    ],
  ],
  [
    'a service with problems of its own is not also unknown',
    `${LISTENERS}services: { s: { endpoints: [] } }\nroutes: [{ name: r, match: /x, to: s, auth: public }]\n`,
    ['2:29 error: this is empty'],
  ],
  [
    'a target listed twice',
    `${LISTENERS}routes: [{ name: r, match: /x, auth: public, to: [{ url: "http://127.0.0.1:1" }, { url: "http://127.0.0.1:1" }] }]\n`,
    ['2:82 error: `http://127.0.0.1:1` is listed twice'],
  ],
  [
    'weights without meaning',
    `${LISTENERS}routes: [{ name: r, match: /x, auth: public, to: [{ url: "http://127.0.0.1:1", weight: -1 }] }]\n`,
    ['2:88 error: -1 is out of range'],
  ],
  [
    'weights that are all 0',
    `${LISTENERS}routes: [{ name: r, match: /x, auth: public, to: [{ url: "http://127.0.0.1:1", weight: 0 }] }]\n`,
    ['2:50 error: every weight is 0: no request would be served'],
  ],
  [
    'a listener that is not there',
    routeWith('listener: [b]'),
    ['7:16 error: there is no listener named `b`'],
  ],
  [
    'a route name that is no name',
    `${LISTENERS}routes: [{ name: "a b", match: /x, to: "http://127.0.0.1:1", auth: public }]\n`,
    ['2:18 error: "a b" is not a name'],
  ],
  [
    'two routes of one name, and one never reached',
    `${LISTENERS}routes:\n  - { name: r, match: /x, to: "http://127.0.0.1:1", auth: public }\n  - { name: r, match: /x, to: "http://127.0.0.1:1", auth: public }\n`,
    [
      '4:13 error: two routes are named `r`',
      '4:23 warning: route `r` is never reached: `r` gets all of its requests',
    ],
  ],
  ['a timeout beyond a day', routeWith('timeout: 2d'), ['7:14 error: 2d is out of range']],
  [
    'a sticky header without a name',
    routeWith('sticky: "header:"'),
    ['7:13 error: expected `none` or `cookie` or `header:NAME`, got "header:"'],
  ],
  [
    'an unknown key beside a wrong value',
    `${LISTENERS}routes: [{ name: r, match: { path: "x y", pth: 1 }, to: "http://127.0.0.1:1", auth: public }]\n`,
    ['2:36 error: …', '2:43 error: unknown key `pth`; did you mean `path`?'],
  ],
  // Values from elsewhere.
  [
    'a missing value is told once, not also as a value of the wrong form',
    routeWith('timeout: ${env:NOPE}'),
    ['7:14 error: environment variable NOPE is not set'],
  ],
  [
    'a variable that is not set',
    BASE + 'dataDir: ${env:NOPE}\n',
    ['3:10 error: environment variable NOPE is not set'],
  ],
  [
    'a variable that is empty',
    BASE + 'dataDir: ${env:EMPTY}\n',
    ['3:10 error: environment variable EMPTY is empty'],
  ],
  [
    'a file that is not there',
    BASE + 'dataDir: a${file:x/y}\n',
    ['3:10 error: cannot read file x/y: there is no such file or folder'],
  ],
  [
    'a reference of no kind',
    BASE + 'dataDir: ${HOME}\n',
    ['3:10 error: `${HOME}` is not understood'],
  ],
  [
    'a reference that is not closed',
    BASE + 'dataDir: ${env:HOME\n',
    ['3:10 error: `${env:HOME` is not closed'],
  ],
  // Production.
  [
    'plaintext beyond this machine, in production',
    `production: true\n${ROUTES}listeners: [{ name: a, bind: "0.0.0.0:80", tls: off }]\n`,
    ['3:49 error: listener `a` serves plain HTTP beyond this machine'],
  ],
  [
    'a cleartext upstream beyond this machine, in production',
    `production: true\n${LISTENERS}routes: [{ name: r, match: /x, to: "http://10.0.0.1:1", auth: public }]\n`,
    ['3:36 error: …'],
  ],
  [
    'a credential in the file, in production',
    `production: true\n${routeWith('headers: { request: { set: { x-api-key: "k1" } } }')}`,
    ['8:45 error: a credential is written in the file'],
  ],
  [
    'a private key in the file, in production',
    `production: true\n${BASE}issuers: { i: { issuer: "https://i.example", jwks: { keys: [{ kty: EC, d: x }] } } }\n`,
    ['4:52 warning: …', '4:52 error: …', '4:61 error: a private key is written in the file'],
  ],
]

/** `…` at the end of an expectation stands for words that are not this folder's own. */
function assertTold(result: LoadResult, expected: readonly string[]): void {
  const actual = told(result).map((line, index) => {
    const wanted = expected[index]
    const isOpen = wanted?.endsWith('…') === true && line.startsWith(wanted.slice(0, -1))
    return isOpen ? wanted : line
  })
  assert.deepEqual(actual, expected)
}

for (const [name, text, problems] of broken) {
  test(`refused with its place: ${name}`, async () => {
    const result = await loadText(text, { env: { EMPTY: '' } })
    assert.equal(result.kind, 'refused')
    assertTold(result, problems)
  })
}

test('problems of the schema, of meaning and of the surroundings are told at once', async () => {
  const result = await loadText(
    'listeners: [{ name: a, bind: "1", tls: off }]\nroutes: [{ name: r, match: /X y, to: nope, auth: public, tmeout: 1 }]\ndataDir: ${env:NOPE}\n',
  )
  assertTold(result, [
    '1:30 error: "1" is not an address with a port, like `0.0.0.0:8443`',
    '2:28 error: …',
    '2:38 error: there is no service named `nope`',
    '2:58 error: unknown key `tmeout`; did you mean `timeout`?',
    '3:10 error: environment variable NOPE is not set',
  ])
})

test('a configuration that is sound loads, with what deserves a second look as warnings', async () => {
  const result = await loadText(
    'listeners: [{ name: a, bind: "0.0.0.0:80", tls: off }]\n' +
      'services: { spare: { endpoints: ["http://127.0.0.1:1"] } }\n' +
      'routes:\n' +
      '  - { name: one, match: "/x/*", to: "http://10.0.0.1", auth: public }\n' +
      '  - { name: two, match: "/x/*", to: "http://127.0.0.1:1", auth: public }\n',
  )
  assert.equal(result.kind, 'loaded')
  assertTold(result, [
    '1:49 warning: listener `a` serves plain HTTP beyond this machine',
    '2:13 warning: service `spare` is not used by any route',
    '4:37 warning: …',
    '5:25 warning: route `two` is never reached: `one` gets all of its requests',
  ])
  const { warnings } = loaded(result)
  assert.equal(warnings.at(-1)?.other?.line, 4)
})

test('references are resolved inside texts, from the folder of the file', async () => {
  const result = await loadText(`${BASE}dataDir: "/\${env:A}/\${file:sub/b}/\${env:A}"\n`, {
    env: { A: 'x' },
    files: { '/config/sub/b': '${env:A}\n' },
  })
  const { config, text, sources } = loaded(result)
  assert.equal(config.dataDir, '/x/${env:A}/x')
  assert.match(text, /\$\{file:sub\/b\}/)
  assert.deepEqual(sources, [CONFIG_FILE, '/config/sub/b'])
})

test('only one newline at the end of a secret file is taken off', async () => {
  const result = await loadText(`${BASE}dataDir: \${file:b}\n`, {
    files: { '/config/b': ' p\n\n' },
  })
  assert.equal(loaded(result).config.dataDir, ' p\n')
})

test('aliases stand for what they name, also many times over', async () => {
  const routes = Array.from(
    { length: 200 },
    (_, i) => `  - { name: r${i}, match: /r${i}, to: "http://127.0.0.1:1", auth: *who }\n`,
  )
  const text = `${LISTENERS}issuers: { idp: https://idp.example }\nroutes:\n  - { name: r, match: /r, to: "http://127.0.0.1:1", auth: &who { issuer: idp, audience: x } }\n${routes.join('')}`
  const { config } = loaded(await loadText(text))
  assert.deepEqual(config.routes[200]?.auth, { issuer: 'idp', audience: 'x' })
})

test('a few lines of aliases cannot grow into more than memory holds', async () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 9; level++) {
    lines.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    )
  }
  const result = await loadText(lines.join('\n'))
  assert.match(told(result).at(-1)!, /aliases grow this file to more than 5000000 values/)
})

test('nesting too deep for the parser is a problem, not a crash', async () => {
  const result = await loadText('['.repeat(50_000) + ']'.repeat(50_000))
  assert.equal(result.kind, 'refused')
})

test('a file that cannot be read is told without a stack', async () => {
  const dependencies = { ...memoryDisk({}), env: {}, clock: fixedClock() }
  const result = await loadConfig('/nowhere/x.yaml', dependencies)
  assertTold(result, ['1:1 error: cannot read /nowhere/x.yaml: no /nowhere/x.yaml'])
  assert.deepEqual(result.sources, ['/nowhere/x.yaml'])
})

test('an enormous number of problems is cut off and still refused', async () => {
  const extra = Array.from({ length: 1500 }, (_, index) => `x${index}zzzzzz: 1\n`)
  const result = await loadText(BASE + extra.join(''))
  assert.equal(result.kind, 'refused')
  const all = told(result)
  assert.equal(all.length, 1001)
  assert.ok(all.includes('1:1 error: there are 500 more problems'))
})
