// A refused caller learns an id and nothing else; whoever may look learns in the browser, as on the command line, what decided and where it stands.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { PlacedExplanation } from '../../gateway/control/live/explainer.ts'
import {
  startIdentityProvider,
  type IdentityProvider,
} from '../integration/edge/identity-provider.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { ask, bearer, type Answer } from '../integration/limits/client.ts'
import { sallyport } from '../support/cli.ts'
import { until } from '../support/until.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('a refusal', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let provider: IdentityProvider
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let page: Page

  before(async () => {
    upstream = await startUpstream()
    provider = await startIdentityProvider()
    console = await startConsole({
      config: `workers: 1
issuers: { idp: ${provider.issuer} }
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: orders, match: /orders/*, to: "${upstream.url}", auth: { issuer: idp, audience: web } }
  - { name: admin, match: /admin, to: "${upstream.url}", auth: { issuer: idp, audience: api, claims: { tenant: [acme] } } }
  - { name: few, match: /few, to: "${upstream.url}", auth: public, limits: [ { name: plan, rate: 1/h, key: [ip] } ] }
egress:
  plain: 127.0.0.1:0
  rules: [ { name: mail, from: ["*"], allow: [ "smtp.example.com:587" ], owner: team-mail } ]
mesh:
  trustDomain: shop.internal
  bind: 127.0.0.1:0
  authorize: [ { to: orders, from: [shop], methods: [GET], paths: ["/orders/*"] } ]
`,
    })
    watched = await setUp(console)
    page = watched.page
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
    await provider?.stop()
  })

  const call = (path: string, token?: string): Promise<Answer> =>
    ask(console.gateway.port('plain'), { path, headers: token === undefined ? {} : bearer(token) })

  /** What the command says of it, for programs and for people. */
  const byCommand = async (
    ...asked: string[]
  ): Promise<{ said: PlacedExplanation; text: string }> => {
    const target = ['-c', console.gateway.file]
    let said: PlacedExplanation | null = null
    await until('an explanation', async () => {
      const { code, stdout } = await sallyport('explain', ...asked, ...target, '-o', 'json')
      if (code === 0) said = JSON.parse(stdout) as PlacedExplanation
      return code === 0
    })
    const { stdout } = await sallyport('explain', ...asked, ...target)
    return { said: said!, text: stdout }
  }

  /** The page says every step with the same words and the same place, in the same order. */
  const saysTheSame = async ({ said, text }: { said: PlacedExplanation; text: string }) => {
    await page.locator('.verdict code', { hasText: said.reason }).waitFor()
    const shown = await page.locator('.trace > li').allTextContents()
    assert.equal(shown.length, said.steps.length)
    for (const [index, { step, detail, place, rule }] of said.steps.entries()) {
      const words = [step, detail, rule]
      if (place !== null) {
        const where = `${place.file}:${place.line}:${place.column}`
        assert.ok(text.includes(where), `${where} in ${text}`)
        words.push(where.slice(where.lastIndexOf('/') + 1))
      }
      for (const word of words)
        assert.ok(shown[index]!.includes(word), `${word} in ${shown[index]}`)
      assert.ok(text.includes(detail), `${detail} in ${text}`)
    }
    const failed = said.steps.find(({ verdict }) => verdict === 'fail')
    const panel = await page
      .locator('section.panel')
      .filter({ has: page.locator('.verdict') })
      .textContent()
    assert.ok(panel?.includes(failed?.detail ?? ''), `${failed?.detail} in ${panel}`)
  }

  test('tells its caller the id alone, and whoever pastes that what the command says, down to the line', async () => {
    const cases = [
      [
        await call('/orders/7', await provider.token({ claims: { aud: 'mobile' } })),
        401,
        'aud = `mobile` not in [`web`]',
      ],
      [
        await call('/admin', await provider.token({ claims: { tenant: 'other' } })),
        403,
        'tenant = `other` not in [`acme`]',
      ],
      [await call('/few').then(() => call('/few')), 429, 'plan'],
    ] as const
    for (const [answer, status, words] of cases) {
      assert.equal(answer.status, status)
      const { requestId } = JSON.parse(answer.body) as { requestId: string }
      const known = /mobile|web|acme|other|idp|127\.0\.0\.1|yaml|orders|admin|route/i
      assert.doesNotMatch(answer.body.replace(requestId, ''), known)
      assert.doesNotMatch(
        JSON.stringify(answer.headers).replaceAll(requestId, ''),
        /acme|yaml|127\.0\.0\.1:/,
      )
      const told = await byCommand(requestId)
      await page.goto(`${console.origin}/explain`)
      await page.getByRole('textbox').first().fill(requestId)
      await page.getByRole('button', { name: 'Explain', exact: true }).click()
      await page.waitForURL(/\/explain\?request=/)
      await page.locator('.verdict strong', { hasText: String(status) }).waitFor()
      await saysTheSame(told)
      assert.ok(told.text.includes(words), told.text)
      const failed = page.locator('.trace li.fail')
      assert.ok((await failed.textContent())?.includes(words))
      assert.match((await failed.locator('a').textContent()) ?? '', /^sallyport\.yaml:\d+:\d+$/)
    }
    await page.locator('.trace li.fail a').click()
    await page.waitForURL(/\/config\?line=\d+&column=\d+/)
  })

  test('of a call out is explained too, by its id and before anybody makes it', async () => {
    const socket = connect(console.gateway.port('egress'), '127.0.0.1')
    socket.write('CONNECT api.partner.test:443 HTTP/1.1\r\nHost: api.partner.test:443\r\n\r\n')
    let text = ''
    socket.setEncoding('utf8').on('data', (part: string) => (text += part))
    await once(socket, 'close')
    assert.match(text, /^HTTP\/1\.1 403 /)
    const { requestId, code } = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as Record<
      string,
      string
    >
    await page.goto(`${console.origin}/explain?request=${requestId}`)
    await saysTheSame(await byCommand(requestId!))
    await page.locator('.verdict code', { hasText: code! }).waitFor()
    await page.goto(`${console.origin}/explain/egress`)
    await page.getByLabel(/^Host/).fill('ａｐｉ．partner.test')
    await page.getByRole('button', { name: 'Explain', exact: true }).click()
    await saysTheSame(await byCommand('--egress', '--from', 'anonymous', 'api.partner.test'))
    await page.getByLabel(/^Host/).fill('smtp.example.com:587')
    await page.getByRole('button', { name: 'Explain', exact: true }).click()
    await page.locator('.verdict', { hasText: 'Let through' }).waitFor()
    await page.locator('dd', { hasText: /^mail$/ }).waitFor()
  })

  test('of a call from sidecar to sidecar is explained by the rule that decides', async () => {
    await page.goto(`${console.origin}/explain/mesh`)
    await page.getByLabel('From').fill('shop')
    await page.getByLabel('To', { exact: true }).fill('orders')
    await page.getByLabel('Path').fill('/orders/7')
    await page.getByRole('button', { name: 'Explain', exact: true }).click()
    await page.locator('.verdict', { hasText: 'Let through' }).waitFor()
    await page.getByLabel('Method').fill('delete')
    await page.getByRole('button', { name: 'Explain', exact: true }).click()
    await page.locator('.verdict', { hasText: 'Refused' }).waitFor()
    const mesh = ['--mesh', '--from', 'shop', '--to', 'orders', 'DELETE', '/orders/7']
    await saysTheSame(await byCommand(...mesh))
  })

  test('a token is taken apart in the browser, shown to nobody until it is verified, and kept nowhere', async () => {
    const sent: string[] = []
    page.on('request', (request) => {
      sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`)
    })
    await page.goto(`${console.origin}/explain/token`)
    await page.getByLabel('For route').waitFor()
    sent.length = 0
    const expires = Math.floor(Date.now() / 1000) - 30
    const token = await provider.token({ claims: { aud: 'web', exp: expires, nbf: expires - 600 } })
    await page.getByLabel('Token (JWT)').fill(`Bearer ${token}`)
    await page.getByText('expired').waitFor()
    const local = await page.evaluate<string>(
      `new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'Asia/Tokyo' }).format(${expires * 1000})`,
    )
    const exp = page.locator('.fact').filter({ has: page.locator('dt', { hasText: /^exp$/ }) })
    assert.ok((await exp.textContent())?.includes(local), `${local} in ${await exp.textContent()}`)
    const nbf = page.locator('.fact').filter({ has: page.locator('dt', { hasText: /^nbf$/ }) })
    assert.match((await nbf.textContent()) ?? '', /\d\d:\d\d:\d\d/)
    const calls = sent.filter((line) => line.startsWith('POST') || line.includes(token))
    assert.deepEqual(calls, [])
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.locator('.verdict', { hasText: 'Let through' }).waitFor()
    assert.equal(sent.filter((line) => line.includes(token)).length, 1)
    await exp.getByText('60 s of clock skew are granted').waitFor()
    await page.locator('.fact', { hasText: 'kid' }).getByText('a key of the issuer').waitFor()
    await page.locator('.trace li', { hasText: 'made by a key of the issuer' }).waitFor()
    const history = page.locator('section').filter({ hasText: 'Verified here' }).last()
    const kept = (await history.textContent()) ?? ''
    assert.match(kept, /accepted.{6,12}…•••/)
    assert.ok(!kept.includes(token.slice(0, 20)), kept)
  })

  test('of a token with another signature or key says which, and leaves no trace of it', async () => {
    const good = await provider.token({ claims: { aud: 'web' } })
    const forged = `${good.slice(0, -6)}AAAAAA`
    const verify = async (token: string, reason: string): Promise<void> => {
      await page.getByLabel('Token (JWT)').fill(token)
      await page.getByRole('button', { name: 'Verify' }).click()
      await page.locator('.verdict code', { hasText: reason }).waitFor()
    }
    await verify(forged, 'signature_invalid')
    const stranger = await provider.token({ claims: { aud: 'web' }, header: { kid: 'stranger' } })
    await verify(stranger, 'unknown_key')
    await page.getByText('not among the keys of the issuer').waitFor()
    const stored = await page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, document.cookie])',
    )
    const data = join(console.gateway.folder, 'data')
    for (const token of [good, forged, stranger]) {
      const [, , signature] = token.split('.')
      const part = signature!.slice(0, 40)
      assert.ok(!stored.includes(part), stored)
      assert.ok(!filesOf(data).some((file) => readFileSync(file).includes(part)))
      assert.ok(!(console.gateway.stdout() + console.gateway.stderr()).includes(part))
    }
    await page.reload()
    await page.getByLabel('For route').waitFor()
    assert.equal(await page.getByText('Verified here').count(), 0)
    await page.goto(`${console.origin}/audit`)
    await page.getByRole('row').nth(1).waitFor()
    assert.equal(await page.getByRole('row', { name: /explain/ }).count(), 0)
    assert.deepEqual(watched.complaints, [])
  })
})

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
