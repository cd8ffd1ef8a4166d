import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import {
  addItemAt,
  NotEditable,
  removeItem,
  removeKey,
  setKey,
} from '../../../admin-ui/config-text/edit.ts'

const FILE = `# top
version: 1   # fixed
routes:
  - name: orders     # the first
    match: "api.example.com/orders/*"
    auth: { issuer: idp, audience: orders-api } # who
    limits:
      - 100/min per sub
      # a remark
      - 20/s per ip

  - { name: hello, match: /hello, auth: public }
# the end
`

suite('an edit of the configuration text', () => {
  test('sets a value and leaves everything else as it is', () => {
    assert.equal(
      setKey(FILE, ['routes', 0, 'match'], '/x'),
      FILE.replace('"api.example.com/orders/*"', '/x'),
    )
    assert.equal(
      setKey(FILE, ['routes', 0, 'auth', 'audience'], 'web'),
      FILE.replace('orders-api', 'web'),
    )
    assert.equal(
      setKey(FILE, ['routes', 1, 'auth'], { issuer: 'idp', audience: 'x' }),
      FILE.replace('auth: public', 'auth: { issuer: idp, audience: x }'),
    )
  })

  test('writes a block list anew on one line, and keeps what follows', () => {
    const text = setKey(FILE, ['routes', 0, 'limits'], ['5/s per ip'])
    assert.match(text, /^ {4}limits: \[ 5\/s per ip \]\n\n {2}- \{ name: hello/m)
    assert.match(text, /# the end\n$/)
  })

  test('makes a key where it is not there yet', () => {
    assert.match(setKey(FILE, ['routes', 0, 'timeout'], '5s'), /20\/s per ip\n {4}timeout: 5s\n/)
    assert.match(setKey(FILE, ['routes', 1, 'timeout'], '5s'), /auth: public, timeout: 5s \}/)
    assert.match(
      setKey(FILE, ['workers'], 2),
      /hello, match: \/hello, auth: public \}\nworkers: 2\n/,
    )
  })

  test('removes a key with its line, or from between its commas', () => {
    assert.doesNotMatch(removeKey(FILE, ['routes', 0, 'auth']), /orders-api/)
    assert.match(removeKey(FILE, ['routes', 1, 'match']), /\{ name: hello, auth: public \}/)
    assert.equal(removeKey(FILE, ['routes', 1, 'cors']), FILE)
  })

  test('adds an entry below the last one, in the file’s own indentation', () => {
    const text = addItemAt(FILE, ['routes'], {
      name: 'new',
      auth: 'public',
      limits: ['1/s per ip'],
    })
    const added = '  - name: new\n    auth: public\n    limits: [ 1/s per ip ]\n'
    assert.equal(text, FILE.replace('# the end', `${added}# the end`))
    assert.match(
      addItemAt('version: 1', ['routes'], { name: 'a' }),
      /^version: 1\n\nroutes:\n {2}- name: a\n$/,
    )
    assert.deepEqual(parse(addItemAt('routes: []\n', ['routes'], { name: 'a' })), {
      routes: [{ name: 'a' }],
    })
    assert.deepEqual(parse(addItemAt('routes:\nversion: 1\n', ['routes'], { name: 'a' })), {
      routes: [{ name: 'a' }],
      version: 1,
    })
    assert.deepEqual(
      parse(addItemAt('egress: { mode: learn }\n', ['egress', 'rules'], { name: 'a' })),
      {
        egress: { mode: 'learn', rules: [{ name: 'a' }] },
      },
    )
  })

  test('removes an entry with all its lines', () => {
    const text = removeItem(FILE, ['routes', 0])
    assert.deepEqual(parse(text), {
      version: 1,
      routes: [{ name: 'hello', match: '/hello', auth: 'public' }],
    })
    assert.match(text, /^# top\nversion: 1 {3}# fixed\n/)
  })

  test('says so where a program cannot know what to do', () => {
    assert.throws(() => setKey('a: [1', ['a'], 1), NotEditable)
    assert.throws(() => setKey(FILE, ['version', 'x'], 1), NotEditable)
    assert.throws(() => removeItem('routes:\n  - name: only\n', ['routes', 0]), NotEditable)
    assert.throws(() => addItemAt('routes: text\n', ['routes'], {}), NotEditable)
  })
})

/** A small generator: the same documents every time. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

function randomFile(next: (below: number) => number): { text: string; routes: number } {
  const routes = 1 + next(4)
  const remark = (): string => (next(3) === 0 ? ` # r${next(100)}` : '')
  const blank = (): string => (next(4) === 0 ? '\n' : '')
  let text = next(2) === 0 ? '# a file\n' : ''
  text += `x-unknown: { keep: [1, "two", 'three'] }${remark()}\n${blank()}routes:${remark()}\n`
  for (let index = 0; index < routes; index++) {
    const name = next(2) === 0 ? `r${index}` : `"r${index}"`
    const long = `\n    match:${remark()}\n      hosts: [ a.test ]\n      path: /p${index}${remark()}`
    const short = `\n    match: "a.test/p${index}"${remark()}`
    const block = `  - name: ${name}${remark()}${next(2) === 0 ? long : short}\n    to: http://one.test${remark()}\n    other:\n      # inside\n      deep: ${next(9)}\n    auth: public${remark()}\n${blank()}`
    const flow = `  - { name: ${name}, match: /p${index}, to: "http://one.test", other: { deep: 1 }, auth: public }${remark()}\n${blank()}`
    text += next(3) === 0 ? flow : block
  }
  return { text: `${text}${next(2) === 0 ? '# last\n' : 'version: 1\n'}`, routes }
}

test('in 200 random files only the edited value changes, and the rest byte for byte not', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const next = numbers(seed)
    const { text, routes } = randomFile(next)
    const index = next(routes)
    const edited = setKey(text, ['routes', index, 'to'], 'http://two.test')
    const wanted = parse(text) as { routes: Record<string, unknown>[] }
    wanted.routes[index]!['to'] = 'http://two.test'
    assert.deepEqual(parse(edited), wanted, `seed ${seed}:\n${text}`)
    const back = setKey(edited, ['routes', index, 'to'], 'http://one.test')
    const plain = (one: string): string => one.replaceAll('"http://one.test"', 'http://one.test')
    assert.equal(plain(back), plain(text), `seed ${seed}`)
    const added = addItemAt(text, ['routes'], { name: 'added', auth: 'public' })
    const more = parse(text) as { routes: unknown[] }
    more.routes.push({ name: 'added', auth: 'public' })
    assert.deepEqual(parse(added), more, `seed ${seed}:\n${added}`)
    assert.equal(added.replace('  - name: added\n    auth: public\n', ''), text, `seed ${seed}`)
  }
})
