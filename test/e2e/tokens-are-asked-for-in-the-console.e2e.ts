// An identity provider is asked, judged and put to work in the browser: its keys, what is never verified, who asks for its tokens.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose'
import type { Page } from 'playwright-core'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { ask, bearer } from '../integration/limits/client.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'
import { writeIntoEditor } from './editor.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const SECRET = new TextEncoder().encode('everybody can read this where the keys are')
/** 2031-03-01, 12:00 in the browser’s zone. */
const EXPIRES = 1930100400

suite('tokens of an identity provider', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let provider: Server
  let issuer: string
  let signer: CryptoKey
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let page: Page

  before(async () => {
    upstream = await startUpstream()
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
    signer = privateKey
    const good = { ...(await exportJWK(publicKey)), kid: 'spring', alg: 'RS256', use: 'sig' }
    const shared = {
      kty: 'oct',
      kid: 'shared',
      alg: 'HS256',
      k: Buffer.from(SECRET).toString('base64url'),
    }
    const keys = [{ ...good, exp: EXPIRES }, shared]
    provider = createServer((request, response) => {
      const metadata = {
        issuer,
        jwks_uri: `${issuer}keys`,
        id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
      }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(request.url?.endsWith('/keys') === true ? { keys } : metadata))
    }).listen(0, '127.0.0.1')
    await once(provider, 'listening')
    const origin = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
    issuer = `${origin}/shop/`
    console = await startConsole({
      config: `# Ours.
workers: 1
issuers:
  old: { issuer: "${origin}/old/", jwks: { keys: [ ${JSON.stringify(good)} ] } } # goes away one day
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: hello, match: /hello, to: "${upstream.url}", auth: public } # for now
  - { name: orders, match: /orders, to: "${upstream.url}", auth: public }
`,
    })
    watched = await setUp(console)
    page = watched.page
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
    provider?.close()
  })

  const token = (claims: object, key: CryptoKey | Uint8Array = signer, alg = 'RS256') =>
    new SignJWT({ iss: issuer, sub: 'alice', aud: 'web', ...claims })
      .setProtectedHeader({ alg, kid: alg === 'RS256' ? 'spring' : 'shared' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(key)

  const status = async (path: string, presented?: string): Promise<number> => {
    const headers = presented === undefined ? {} : bearer(presented)
    return (await ask(console.gateway.port('plain'), { path, headers })).status
  }

  const panelOf = (name: string) =>
    page.locator('section').filter({ has: page.getByRole('heading', { name, exact: true }) })

  test('are known by keys that are shown with id, algorithm and end', async () => {
    await page.goto(`${console.origin}/policies`)
    await page.getByLabel('Issuer', { exact: true }).fill(issuer)
    await page.getByRole('button', { name: 'Fetch discovery' }).click()
    const good = page.getByRole('row', { name: /spring/ })
    await good.getByText('usable').waitFor()
    assert.match(
      (await good.textContent()) ?? '',
      /RSA 2,048 bits.*RS256.*1 Mar 2031, 12:00:00 (?:JST|GMT\+9)/,
    )
    const shared = page.getByRole('row', { name: /shared/ })
    await shared.getByText('symmetric').waitFor()
    await shared.getByText(/whoever can read this document could sign tokens/).waitFor()
    const filled = page.getByLabel('Keys (JWKS)').first()
    assert.equal(await filled.getAttribute('placeholder'), `${issuer}keys`)
    assert.equal(await page.getByLabel('Issuer (iss)').first().inputValue(), issuer)
  })

  test('without a signature, or with a shared secret, cannot be chosen, and the form says why', async () => {
    const form = page
      .locator('form')
      .filter({ has: page.getByLabel('Clock skew') })
      .first()
    for (const name of ['none', 'HS256', 'HS384', 'HS512']) {
      const box = form.getByLabel(name, { exact: true })
      assert.equal(await box.isDisabled(), true, name)
      const why = page.locator(`[id="${await box.getAttribute('aria-describedby')}"]`)
      assert.match(
        (await why.textContent()) ?? '',
        /none is a token without a signature.*shared secret/,
      )
    }
    assert.equal(await form.getByLabel(/^RS256/).isChecked(), true)
    for (const name of ['PS256', 'ES256', 'ES384', 'EdDSA']) await form.getByLabel(name).uncheck()
    await form.getByLabel(/^RS256/).uncheck()
    await form.getByRole('button', { name: 'Put into the draft' }).click()
    await form.getByText('Choose at least one').waitFor()
    await form.getByLabel(/^RS256/).check()
    await form.getByLabel('Clock skew').fill('a while')
    await form.getByRole('button', { name: 'Put into the draft' }).click()
    await form.getByText('Write a time like 60s').waitFor()
    await form.getByLabel('Clock skew').fill('５s')
    await page.getByLabel('Name in the configuration').fill('shop')
    await form.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByText('In the draft: issuer shop').waitFor()
  })

  test('are asked for on a route, from the policy and from the route', async () => {
    const shop = panelOf('shop')
    await shop.getByText('in the draft only').waitFor()
    await shop.getByText('What a route asks of these tokens').click()
    const form = shop.getByRole('form', { name: 'What a route asks of these tokens' })
    await form.getByLabel('Route').selectOption('hello')
    await form.getByRole('button', { name: 'Attach' }).click()
    await form.getByText('Say what aud must name').waitFor()
    await form.getByLabel('Audience (aud)').fill('web')
    await form.getByLabel('Required claims').fill('tenant: acme, 7')
    await form.getByRole('button', { name: 'Attach' }).click()
    await page.getByText('In the draft: hello asks for this').waitFor()
    await shop.getByRole('link', { name: 'hello' }).waitFor()
    await shop.getByText('aud web · tenant: acme, 7').waitFor()
    await page.goto(`${console.origin}/routes/orders`)
    await page.getByLabel('Who may call').selectOption('token')
    await page.getByLabel('Issuer of the token').selectOption('shop')
    await page.getByLabel('Audience').fill('web')
    await page.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByText('Nothing has changed for anybody yet.').waitFor()
    await page.goto(`${console.origin}/policies`)
    await shop.getByRole('link', { name: 'orders' }).waitFor()
    await shop.getByRole('button', { name: 'Detach from hello' }).click()
    await shop.getByText(/It is the only issuer of that route/).waitFor()
  })

  test('are verified as the form said, once it is applied, and the file kept the rest', async () => {
    assert.equal(await status('/hello'), 200)
    await page.getByRole('link', { name: 'Review and apply' }).click()
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText(/Revision 2 is served by every process/).waitFor()
    const text = readFileSync(console.gateway.file, 'utf8')
    assert.match(text, /^# Ours\.\n/)
    assert.match(
      text,
      / # goes away one day\n {2}shop: \{ issuer: .*algorithms: \[ RS256 \], clockSkew: 5s \}\n/,
    )
    assert.match(text, /audience: web, claims: \{ tenant: \[ acme, 7 \] \} \} \} # for now\n/)
    assert.equal(await status('/hello'), 401)
    assert.equal(await status('/hello', await token({ tenant: 'acme' })), 200)
    assert.equal(await status('/hello', await token({ tenant: 'other' })), 403)
    assert.equal(await status('/hello', await token({ tenant: 'acme', aud: 'mobile' })), 401)
    assert.equal(await status('/orders', await token({})), 200)
    assert.equal(await status('/orders', await token({}, SECRET, 'HS256')), 401)
    await page.goto(`${console.origin}/policies`)
    await panelOf('shop').getByText('up to date').waitFor()
    await panelOf('shop')
      .getByText(/RS256 · clock skew 5 s/)
      .waitFor()
  })

  test('are changed where they are configured, and the draft can be taken back', async () => {
    const shop = panelOf('shop')
    await shop.getByText('Change this issuer').click()
    const form = shop.locator('form').filter({ has: page.getByLabel('Longest lifetime') })
    assert.equal(await form.getByLabel('Clock skew').inputValue(), '5s')
    await form.getByLabel('Longest lifetime').fill('1h')
    await form.getByRole('button', { name: 'Put into the draft' }).click()
    await page.getByText('In the draft: issuer shop changed').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('In the draft: issuer shop changed').waitFor({ state: 'detached' })
  })

  test('with a shared secret are refused in the text too, in words, and nothing changes', async () => {
    await page.goto(`${console.origin}/config`)
    const text = readFileSync(console.gateway.file, 'utf8')
    await page.locator('[data-editor] .cm-content').waitFor()
    await writeIntoEditor(
      page,
      text.replace('algorithms: [ RS256 ]', 'algorithms: [ HS256, none ]'),
    )
    await page
      .getByText(/`?HS256`? signs with a shared secret/)
      .first()
      .waitFor()
    await page
      .getByText(/`?none`? means tokens without a signature/)
      .first()
      .waitFor()
    assert.equal(readFileSync(console.gateway.file, 'utf8'), text)
    assert.deepEqual(watched.complaints, [])
  })
})
