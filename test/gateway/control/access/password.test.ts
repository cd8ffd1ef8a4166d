// Passwords: what will do, how they are kept, and that many at once cannot fill the memory.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  DEFAULT_COST,
  passwordProblem,
  Passwords,
} from '../../../../gateway/control/access/password.ts'

const CHEAP = { ln: 4, r: 8, p: 1 }

test('what everybody would try first will not do', () => {
  for (const password of [
    'short',
    'elevenchars',
    'aaaaaaaaaaaaaaaa',
    'abababababababab',
    'abcdeabcdeabcde',
    '123456789012',
    '098765432109',
    'qwertyuiop12',
    'qwertyuiopasdf',
    'poiuytrewqlkjhg',
    '1qaz2wsx3edc',
    'Password1234',
    'P@ssw0rd2026!',
    '!!!Passw0rd!!!',
    'password-password',
    'Administrator1',
    'Sallyport2026!',
    'correct horse battery staple',
    'iloveyou1234',
    'Summer2026!!!!',
    'ｐａｓｓｗｏｒｄ１２３４',
    'x'.repeat(2000),
  ]) {
    assert.equal(typeof passwordProblem(password, ''), 'string', password)
  }
  assert.match(passwordProblem('tanaka-san-2026', 'tanaka') ?? '', /name of its user/)
})

test('what is long and one’s own will do', () => {
  for (const password of [
    'mountain goats like moss',
    'passwords are like socks',
    '山の上の古い猫が月を見る夜',
    'vK4-pQ9-zT2-mW7',
    'administrator of bees',
    '             spaces count',
  ]) {
    assert.equal(passwordProblem(password, 'root'), null, password)
  }
})

test('a password is kept as a PHC string, and matches however it is typed', async () => {
  const passwords = new Passwords(CHEAP)
  const hash = await passwords.hash('ｇｏａｔｓ like moss é')
  assert.match(hash, /^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.notEqual(hash, await passwords.hash('ｇｏａｔｓ like moss é'))
  assert.ok((await passwords.verify('goats like moss e\u0301', hash)).isRight)
  assert.ok(!(await passwords.verify('goats like moss e', hash)).isRight)
  for (const broken of ['', 'x', hash.slice(0, -1), hash.replace('scrypt', 'argon2')]) {
    assert.ok(!(await passwords.verify('goats like moss e\u0301', broken)).isRight)
  }
})

test('a hash of another time is made anew', async () => {
  const hash = await new Passwords({ ...CHEAP, ln: 3 }).hash('mountain goats like moss')
  const found = await new Passwords(CHEAP).verify('mountain goats like moss', hash)
  assert.deepEqual(found, { isRight: true, isOutdated: true })
})

test('a name that does not exist takes the work of one that does', async () => {
  const passwords = new Passwords({ ln: 12, r: 8, p: 1 })
  const hash = await passwords.hash('mountain goats like moss')
  const least = { known: Infinity, unknown: Infinity }
  for (let i = 0; i < 20; i++) {
    for (const [kind, of] of [
      ['known', hash],
      ['unknown', null],
    ] as const) {
      const start = performance.now()
      await passwords.verify('wrong', of)
      least[kind] = Math.min(least[kind], performance.now() - start)
    }
  }
  const ratio = least.unknown / least.known
  assert.ok(ratio > 1 / 3 && ratio < 3, JSON.stringify(least))
  assert.equal((await passwords.verify('wrong', null)).isRight, false)
})

test('a flood is refused instead of kept waiting without end', async () => {
  const passwords = new Passwords(CHEAP)
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, () => passwords.hash('mountain goats like moss')),
  )
  const done = results.filter(({ status }) => status === 'fulfilled').length
  assert.equal(done, 34)
  const refused = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult
  assert.equal((refused.reason as { code: string }).code, 'too_many_requests')
  assert.ok(await passwords.hash('mountain goats like moss'))
})

test('the cost of real life is what OWASP asks for', () => {
  assert.deepEqual(DEFAULT_COST, { ln: 17, r: 8, p: 1 })
})
