// Where tokens are looked for, and what upstreams see once they are taken out.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pickToken, withoutToken, type Presented } from '../../../gateway/auth/present.ts'
import type { TokenSource } from '../../../gateway/auth/plan.ts'

const header: TokenSource = { kind: 'header' }
const cookie: TokenSource = { kind: 'cookie', name: 'session' }
const query: TokenSource = { kind: 'query', name: 'access_token' }

function presented(overrides: Partial<Presented>): Presented {
  return { authorization: null, authorizationCount: 0, cookie: null, query: '', ...overrides }
}

const picks: readonly [string, Partial<Presented>, readonly TokenSource[], string | null][] = [
  ['bearer', { authorization: 'Bearer a.b.c' }, [header], 'a.b.c'],
  ['bearer in capitals', { authorization: 'BEARER a.b.c' }, [header], 'a.b.c'],
  ['another scheme', { authorization: 'Basic YTpi' }, [header], null],
  ['a scheme that begins like ours', { authorization: 'BearerX a.b.c' }, [header], null],
  ['no field', {}, [header], null],
  ['bearer without a token', { authorization: 'Bearer' }, [header], 'authorization_malformed'],
  ['bearer and a space', { authorization: 'Bearer ' }, [header], 'authorization_malformed'],
  ['two spaces', { authorization: 'Bearer  a.b.c' }, [header], 'authorization_malformed'],
  ['two fields', { authorization: 'Bearer a', authorizationCount: 2 }, [header], 'token_ambiguous'],
  ['cookie', { cookie: 'a=1; session=a.b.c' }, [cookie], 'a.b.c'],
  ['cookie that ends like ours', { cookie: 'xsession=a.b.c' }, [cookie], null],
  ['cookie twice', { cookie: 'session=a; session=b' }, [cookie], 'token_ambiguous'],
  ['query', { query: 'x=1&access_token=a.b.c' }, [query], 'a.b.c'],
  ['query twice', { query: 'access_token=a&access_token=b' }, [query], 'token_ambiguous'],
  [
    'the first source wins',
    { authorization: 'Bearer h', cookie: 'session=c' },
    [cookie, header],
    'c',
  ],
  [
    'the next source helps out',
    { authorization: 'Basic x', cookie: 'session=c' },
    [header, cookie],
    'c',
  ],
]
for (const [what, request, sources, expected] of picks) {
  test(`${what}: ${expected ?? 'no token'}`, () => {
    const picked = pickToken(presented(request), sources)
    const answer = {
      none: null,
      token: 'token' in picked && picked.token,
      refused: 'reason' in picked && picked.reason,
    }
    assert.equal(answer[picked.kind], expected)
  })
}

const removals: readonly [string, Partial<Presented>, readonly TokenSource[], object][] = [
  ['bearer', { authorization: 'Bearer a' }, [header], { authorization: null }],
  [
    'bearer where only cookies count',
    { authorization: 'bearer a' },
    [cookie],
    { authorization: null },
  ],
  ['basic', { authorization: 'Basic x' }, [header], { authorization: 'Basic x' }],
  ['the only cookie', { cookie: 'session=a' }, [cookie], { cookie: null }],
  ['one cookie of three', { cookie: 'a=1; session=a; b=2' }, [cookie], { cookie: 'a=1; b=2' }],
  ['both of two cookies', { cookie: 'session=a; session=b; c=3' }, [cookie], { cookie: 'c=3' }],
  ['a cookie that is no source', { cookie: 'session=a' }, [header], { cookie: 'session=a' }],
  ['query', { query: 'x=1&access_token=a&y=2' }, [query], { query: 'x=1&y=2' }],
  ['the only query', { query: 'access_token=a' }, [query], { query: '' }],
  ['an untouched query stays as it was', { query: 'a=%41&&b' }, [query], { query: 'a=%41&&b' }],
]
for (const [what, request, sources, expected] of removals) {
  test(`without token: ${what}`, () => {
    const { authorization, cookie, query } = presented(request)
    assert.deepEqual(withoutToken(presented(request), sources), {
      authorization,
      cookie,
      query,
      ...expected,
    })
  })
}
