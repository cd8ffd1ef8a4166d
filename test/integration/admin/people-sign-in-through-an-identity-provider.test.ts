// OpenID Connect: code with PKCE, state and nonce; groups become roles; whoever is in none gets in nowhere.

import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import type { OidcPlan } from '../../../gateway/config/admin.ts'
import { PASSWORD, startConsole, type Answered, type Session, type TestConsole } from './console.ts'
import { CLIENT_ID, CLIENT_SECRET, startOidcProvider, type OidcProvider } from './oidc-provider.ts'

let provider: OidcProvider
let world: TestConsole
let oidc: OidcPlan

before(async () => {
  provider = await startOidcProvider()
  oidc = {
    issuer: provider.issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    roles: new Map([
      ['team', 'operator'],
      ['platform', 'admin'],
    ]),
    groupsClaim: 'groups',
    caPem: null,
  }
  world = await startConsole({ plan: { oidc } })
})
after(async () => {
  await world.stop()
  await provider.stop()
})
beforeEach(() => {
  provider.claims = { groups: ['team'], email: 'alice@example.com' }
  provider.redirect = {}
  provider.metadata = {}
  provider.signsWrong = false
})

function advance(ms: number): void {
  world.advance(ms)
  provider.aheadMs += ms
}

function cookiesOf({ headers }: Answered): string {
  return ((headers['set-cookie'] ?? []) as string[])
    .map((line) => line.split(';', 1)[0]!)
    .filter((pair) => !pair.endsWith('='))
    .join('; ')
}

/** As a browser does it: to the provider, and back with what it says. */
async function leave(): Promise<{ readonly cookie: string; readonly back: string }> {
  const start = await world.ask('/api/v1/oidc/login')
  assert.equal(start.status, 303, start.text)
  const answer = await fetch(String(start.headers['location']), { redirect: 'manual' })
  assert.equal(answer.status, 302)
  const url = new URL(answer.headers.get('location') ?? '')
  assert.equal(url.origin, world.origin())
  return { cookie: cookiesOf(start), back: `${url.pathname}${url.search}` }
}

async function signIn(): Promise<Answered> {
  const { cookie, back } = await leave()
  return world.ask(back, { headers: { cookie, 'sec-fetch-site': 'cross-site' } })
}

async function isRefused(status: number, words: RegExp): Promise<void> {
  const answer = await signIn()
  assert.equal(answer.status, status, answer.text)
  assert.match(String(answer.body['detail']), words)
  assert.equal(cookiesOf(answer), '')
  const [last] = world.audit.search(null, 1).entries
  assert.equal(last?.action, 'finishOidc')
  assert.notEqual(last.result, 'ok')
}

suite('signing in through an identity provider', () => {
  test('gives the role of the group, and is told', async () => {
    const answer = await signIn()
    assert.equal(answer.status, 303, answer.text)
    assert.equal(answer.headers['location'], '/')
    const cookie = cookiesOf(answer)
    assert.match(cookie, /^__Host-sallyport=[\w-]{43}$/)
    const me = await world.ask('/api/v1/me', { headers: { cookie } })
    const { csrfToken: _, ...who } = me.body
    const expected = {
      name: 'oidc:u-1',
      displayName: 'alice@example.com',
      role: 'operator',
      scope: [],
    }
    assert.deepEqual(who, expected)
    const [entry] = world.audit.search(null, 1).entries
    assert.deepEqual([entry?.target, entry?.result], ['session/oidc:u-1', 'ok'])
    assert.match(JSON.stringify(entry?.after), /alice@example\.com.*operator/)
  })

  test('gives the highest of several roles', async () => {
    provider.claims = { groups: ['other', 'platform', 'team'] }
    const cookie = cookiesOf(await signIn())
    assert.equal((await world.ask('/api/v1/me', { headers: { cookie } })).body['role'], 'admin')
  })

  test('lets nobody in who is in no group of the configuration', async () => {
    for (const groups of [
      [],
      ['*'],
      ['Team'],
      ['team '],
      [['team']],
      null,
      { team: true },
      'platform-2',
    ]) {
      provider.claims = { groups }
      await isRefused(403, /in no group/)
    }
    provider.claims = {}
    await isRefused(403, /in no group/)
    provider.claims = { groups: 'team' }
    assert.equal((await signIn()).status, 303)
  })

  test('lets everybody in where `*` is written', async () => {
    await world.network.apply(
      { ...world.plan, oidc: { ...oidc, roles: new Map([['*', 'viewer']]) } },
      world.dataDir,
    )
    try {
      provider.claims = { groups: [] }
      const cookie = cookiesOf(await signIn())
      assert.equal((await world.ask('/api/v1/me', { headers: { cookie } })).body['role'], 'viewer')
    } finally {
      await world.network.apply({ ...world.plan, oidc }, world.dataDir)
    }
  })

  test('refuses ID tokens for others, of others, of another login, and old ones', async () => {
    const now = Math.floor((Date.now() + provider.aheadMs) / 1000)
    for (const claims of [
      { iss: 'https://evil.example/' },
      { aud: 'another' },
      { aud: [CLIENT_ID, 'another'] },
      { aud: [CLIENT_ID, 'another'], azp: 'another' },
      { azp: 'another' },
      { nonce: 'another' },
      { nonce: undefined },
      { exp: now - 3600 },
      { exp: undefined },
      { iat: undefined },
      { nbf: now + 3600 },
      { sub: undefined },
      { sub: '' },
    ]) {
      provider.claims = { groups: ['platform'], ...(claims as object) }
      await isRefused(401, /identity token|subject/)
    }
    provider.claims = { groups: ['team'], aud: [CLIENT_ID, 'another'], azp: CLIENT_ID }
    assert.equal((await signIn()).status, 303)
  })

  test('refuses a signature of a key that was not published, and follows one that is new', async () => {
    provider.signsWrong = true
    await isRefused(401, /identity token/)
    provider.signsWrong = false
    await provider.rotate()
    advance(31_000)
    assert.equal((await signIn()).status, 303)
  })

  test('refuses what comes back from elsewhere, or says that something went wrong', async () => {
    provider.redirect = { iss: 'https://evil.example/' }
    await isRefused(401, /another identity provider/)
    provider.redirect = { iss: '' }
    await isRefused(401, /another identity provider/)
    provider.redirect = { error: 'access_denied' }
    await isRefused(401, /access_denied/)
    provider.redirect = { code: 'guessed' }
    await isRefused(401, /did not accept/)
    provider.redirect = { code: '' }
    await isRefused(401, /no code/)
    provider.redirect = { state: 'another' }
    await isRefused(401, /did not begin/)
  })

  test('is finished by the browser that began it, once and in time', async () => {
    const { cookie, back } = await leave()
    const other = await leave()
    for (const headers of [
      {},
      { cookie: other.cookie },
      { cookie: '__Host-sallyport-login=x.y.z.1' },
    ]) {
      assert.equal((await world.ask(back, { headers })).status, 401)
    }
    assert.equal((await world.ask(back, { headers: { cookie } })).status, 303)
    assert.equal((await world.ask(back, { headers: { cookie } })).status, 401)
    const late = await leave()
    advance(601_000)
    const answer = await world.ask(late.back, { headers: { cookie: late.cookie } })
    assert.equal(answer.status, 401)
    assert.match(String(answer.body['detail']), /too long/)
  })

  test('sends the secret in the form where the provider wants it so', async () => {
    provider.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] }
    advance(601_000)
    assert.equal((await signIn()).status, 303)
  })

  test('ends here and there', async () => {
    const cookie = cookiesOf(await signIn())
    const me = await world.ask('/api/v1/me', { headers: { cookie } })
    const csrf = String(me.body['csrfToken'])
    const headers = { cookie, 'x-csrf-token': csrf, origin: world.origin() }
    const out = await world.ask('/api/v1/sessions/current', { method: 'DELETE', headers })
    const url = new URL(String(out.body['logoutUrl']))
    assert.equal(`${url.origin}${url.pathname}`, `${provider.issuer}logout`)
    assert.equal(url.searchParams.get('post_logout_redirect_uri'), `${world.origin()}/`)
    assert.equal((await world.ask('/api/v1/me', { headers: { cookie } })).status, 401)
  })

  test('gives tokens that end with the day, and no password', async () => {
    const cookie = cookiesOf(await signIn())
    const me = await world.ask('/api/v1/me', { headers: { cookie } })
    const headers = { cookie, 'x-csrf-token': String(me.body['csrfToken']), origin: world.origin() }
    const wanted = { method: 'POST', body: { name: 'ci', role: 'operator' }, headers }
    const { token } = (await world.ask('/api/v1/tokens', wanted)).body as {
      token: { expiresAtMs: number; createdAtMs: number }
    }
    assert.equal(token.expiresAtMs - token.createdAtMs, 12 * 3_600_000)
    const body = { current: PASSWORD, password: 'a very different one 1' }
    const changed = await world.ask('/api/v1/me/password', { method: 'POST', body, headers })
    assert.equal(changed.status, 403)
  })

  test('shows again who it is of there, where it was shown too long ago', async () => {
    const usual = provider.claims
    const tokenBy = async (ageSeconds: number) => {
      const nowSeconds = Math.floor(Date.parse(world.audit.search(null, 1).entries[0]!.time) / 1000)
      provider.claims = { ...usual, auth_time: nowSeconds - ageSeconds }
      const cookie = cookiesOf(await signIn())
      const me = await world.ask('/api/v1/me', { headers: { cookie } })
      const token = { 'x-csrf-token': String(me.body['csrfToken']), origin: world.origin() }
      const headers = { cookie, ...token }
      const wanted = { method: 'POST', body: { name: 'ci', role: 'viewer' }, headers }
      const again = { method: 'POST', body: { password: PASSWORD }, headers }
      const shown = await world.ask('/api/v1/sessions/current:reauthenticate', again)
      assert.equal(shown.status, 403, 'there is no password here')
      return world.ask('/api/v1/tokens', wanted)
    }
    assert.equal((await tokenBy(3600)).body['code'], 'reauthentication_needed')
    assert.equal((await tokenBy(10)).status, 201)
    provider.claims = usual
    const start = await world.ask('/api/v1/oidc/login?again=true')
    const { searchParams } = new URL(String(start.headers['location']))
    assert.deepEqual([searchParams.get('prompt'), searchParams.get('max_age')], ['login', '0'])
  })

  test('leads a browser that is refused back to the door, which says why', async () => {
    const headers = { accept: 'text/html,application/xhtml+xml', 'sec-fetch-site': 'cross-site' }
    const answer = await world.ask('/api/v1/oidc/callback?code=x&state=y', { headers })
    assert.equal(answer.status, 303)
    const { pathname, searchParams } = new URL(String(answer.headers['location']), world.origin())
    assert.deepEqual([pathname, searchParams.get('refused')], ['/login', 'not_signed_in'])
    assert.equal(searchParams.get('request'), answer.headers['x-request-id'])
    const [last] = world.audit.search(null, 1).entries
    assert.deepEqual([last?.action, last?.result], ['finishOidc', 'not_signed_in'])
  })

  test('does not keep a local administrator out, and that is said loudly', async () => {
    const session = await world.setUp()
    assert.ok(session.cookie)
    const again = await world.signIn('root')
    assert.equal((await world.ask('/api/v1/me', { headers: again })).status, 200)
    const [entry] = world.audit.search(null, 1, { action: 'signIn' }).entries
    assert.deepEqual(entry?.after, { breakGlass: true })
    const [warning] = world.logged.filter(({ level }) => level === 'warn')
    assert.match(warning?.message ?? '', /past the identity provider/)
  })

  test('ends for everybody when there is another provider', async () => {
    const cookie = cookiesOf(await signIn())
    await world.network.apply({ ...world.plan, oidc: null }, world.dataDir)
    assert.equal((await world.ask('/api/v1/me', { headers: { cookie } })).status, 401)
    assert.equal((await world.ask('/api/v1/oidc/login')).status, 404)
    await world.network.apply({ ...world.plan, oidc }, world.dataDir)
    assert.equal((await world.ask('/api/v1/me', { headers: { cookie } })).status, 401)
  })

  test('is refused with a word where the provider is away or another', async () => {
    for (const metadata of [
      { issuer: 'https://evil.example/' },
      { token_endpoint: 'http://evil.example/token' },
      { authorization_endpoint: 'javascript:alert(1)' },
      { jwks_uri: undefined },
    ]) {
      provider.metadata = metadata
      advance(601_000)
      const answer = await world.ask('/api/v1/oidc/login')
      assert.deepEqual([answer.status, answer.body['code']], [503, 'not_available'], answer.text)
    }
  })
})

suite('a test sign-in', () => {
  let root: Session
  before(async () => {
    root = await world.signIn('root')
  })

  /** As the administrator's browser does it; answers what the page is told. */
  async function tried(): Promise<Answered> {
    const begun = await world.ask('/api/v1/oidc:test', { method: 'POST', headers: root })
    assert.equal(begun.status, 200, begun.text)
    const away = await fetch(String(begun.body['url']), { redirect: 'manual' })
    const url = new URL(away.headers.get('location') ?? '')
    const headers = { cookie: cookiesOf(begun), 'sec-fetch-site': 'cross-site' }
    const back = await world.ask(`${url.pathname}${url.search}`, { headers })
    const { id } = begun.body as { id: string }
    assert.equal(back.headers['location'], `/access/provider?test=${id}`)
    assert.equal(cookiesOf(back), '', 'nobody is signed in by it')
    return world.ask(`/api/v1/oidc/tests/${id}`, { headers: root })
  }

  test('shows the claims that came back and the role they give', async () => {
    provider.claims = { groups: ['team', 'other'], email: 'alice@example.com', department: 'x' }
    const { status, body, text } = await tried()
    assert.equal(status, 200, text)
    assert.deepEqual([body['role'], body['groups'], body['problem']], ['operator', ['team'], ''])
    const claims = body['claims'] as Record<string, unknown>
    assert.deepEqual([claims['sub'], claims['department']], ['u-1', 'x'])
    assert.deepEqual(claims['groups'], ['team', 'other'])
    assert.equal('nonce' in claims, false)
  })

  test('says that somebody would be refused, and why', async () => {
    provider.claims = { groups: ['none'] }
    assert.equal((await tried()).body['role'], null)
    provider.signsWrong = true
    assert.match(String((await tried()).body['problem']), /identity token is not valid/)
  })

  test('is for administrators, and about the provider of the configuration', async () => {
    const { body } = await world.ask('/api/v1/oidc', { headers: root })
    const shown = body['provider'] as Record<string, unknown>
    assert.equal(shown['issuer'], provider.issuer)
    assert.deepEqual(shown['roles'], [
      { group: 'team', role: 'operator' },
      { group: 'platform', role: 'admin' },
    ])
    assert.ok(!JSON.stringify(body).includes(CLIENT_SECRET))
    const session = await signIn()
    const headers = { cookie: cookiesOf(session) }
    assert.equal((await world.ask('/api/v1/oidc', { headers })).status, 403)
    assert.equal((await world.ask(`/api/v1/oidc/tests/${'x'.repeat(43)}`, { headers })).status, 403)
  })
})
