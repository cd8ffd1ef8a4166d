// Learn mode in a real browser: it says so all the time, proposes rules from what it saw, and tells what enforcing would refuse.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { startNameServer, type NameServer } from '../../gateway/demo/name-server.ts'
import { until } from '../support/until.ts'
import { chromiumPath, openPage, type WatchedPage } from './chromium.ts'
import { setUp, signIn, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false
const HOST = 'queue.partner.test'
const OTHER = 'other.partner.test'
const PASSWORD = 'another fine gate keeper'

suite('learn mode', { skip, timeout: 150_000 }, () => {
  let partner: Server
  let names: NameServer
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let port: number

  before(async () => {
    partner = createServer((socket) => socket.on('error', () => {}).pipe(socket))
    partner.listen(0, '127.0.0.1')
    await once(partner, 'listening')
    port = (partner.address() as AddressInfo).port
    names = await startNameServer(
      new Map([
        [HOST, '127.0.0.1'],
        [OTHER, '127.0.0.1'],
      ]),
    )
    console = await startConsole({
      config: `workers: 2
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "http://127.0.0.1:1", auth: public } ]
egress:
  plain: 127.0.0.1:0
  mode: learn
  dns: [ "${names.address}" ]
  network: { allow: [ 127.0.0.0/8 ] }
  rules:
    - { name: old, from: [nobody], allow: [ old.example.com ] }
`,
    })
    watched = await setUp(console)
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    names?.close()
    partner?.close()
  })

  /** The status of the tunnel, through which a little goes so that its protocol is known. */
  async function call(host: string): Promise<number> {
    const socket = connect(console.gateway.port('egress'), '127.0.0.1')
    socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`)
    const [head] = (await once(socket, 'data')) as [Buffer]
    const status = Number(head.toString().split(' ')[1])
    if (status === 200) {
      socket.write('hello')
      await once(socket, 'data')
    }
    socket.destroy()
    return status
  }

  test('says so on every part of the page, to everybody', async () => {
    const { page } = watched
    for (const path of ['/egress', '/egress/rules', '/egress/learned', '/egress/check']) {
      await page.goto(`${console.origin}${path}`)
      await page.getByText('Learning: everything is let through and noted').waitFor()
    }
    assert.equal(await call(HOST), 200)
    assert.equal(await call(OTHER), 200)
  })

  test('puts what it learned into the draft, with the evidence in sight', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/egress/learned`)
    await page.getByText(HOST).first().waitFor({ timeout: 15_000 })
    await page.getByText('1 call to 1 host').first().waitFor()
    await page.goto(`${console.origin}/egress`)
    await page
      .getByRole('row', { name: new RegExp(HOST) })
      .getByText('let through')
      .waitFor()
  })

  test('tells what enforcing would have refused, and then refuses it', async () => {
    const { page } = watched
    await page.getByRole('button', { name: 'Enforce…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('would have been refused (destinations: 2)').waitFor()
    await dialog.getByText(`${OTHER}:${port}`).waitFor()
    await dialog.getByRole('button', { name: /into the draft/ }).click()
    await page.getByText('egress › mode').waitFor()
    assert.equal(await call(OTHER), 200)
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText(/is served by every process/).waitFor()
    await until('refusal', async () => (await call(OTHER)) === 403)
    assert.match(readFileSync(console.gateway.file, 'utf8'), /mode: enforce/)
    await page.goto(`${console.origin}/egress`)
    await page.getByText('Enforced: what no rule allows is refused').waitFor()
    await page.getByText('as all its 2 workers say').waitFor()
  })

  test('a worker in another mode than the file says is an error', async () => {
    const { page } = watched
    await page.route('**/api/v1/egress/modes', (route) =>
      route.fulfill({
        json: {
          configured: 'enforce',
          inForce: 'enforce',
          learnUntilMs: null,
          storeFault: '',
          nodes: [
            {
              name: 'one',
              isThis: true,
              isLive: true,
              modes: ['enforce', 'learn'],
              workers: 2,
              missing: 0,
              isAsConfigured: false,
            },
          ],
          workers: [
            { worker: 1, mode: 'enforce' },
            { worker: 2, mode: 'learn' },
          ],
          missing: 0,
          isAsConfigured: false,
          otherwise: [],
        },
      }),
    )
    await page.goto(`${console.origin}/egress`)
    await page.getByRole('alert').getByText('not every worker of every node does so').waitFor()
    await page.getByText('Worker 2: learn').waitFor()
    await page.unroute('**/api/v1/egress/modes')
  })

  test('an operator may open for a while and not for good; a viewer sees no way to open', async () => {
    const { page } = watched
    for (const [name, role] of [
      ['olga', 'operator'],
      ['vera', 'viewer'],
    ] as const) {
      await page.goto(`${console.origin}/access`)
      await page.getByRole('button', { name: 'Add user' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Name').fill(name)
      await dialog.getByLabel('Password').fill(PASSWORD)
      await dialog.getByLabel('Role').selectOption(role)
      await dialog.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByText(`${name} may sign in.`).waitFor()
      const other = await openPage(console.browser, console.origin)
      await other.page.goto(`${console.origin}/egress`)
      await signIn(other, name, PASSWORD)
      await other.page.goto(`${console.origin}/egress`)
      await other.page.getByRole('row', { name: new RegExp(OTHER) }).waitFor()
      const allow = other.page.getByRole('button', { name: 'Allow…' })
      if (role === 'viewer') assert.equal(await allow.count(), 0)
      else {
        await allow.first().click()
        const lives = other.page.getByLabel('For how long')
        assert.deepEqual(await lives.locator('option').allInnerTexts(), [
          '1 hour',
          '24 hours',
          'until a day…',
        ])
      }
      await other.close()
    }
    assert.deepEqual(watched.complaints, [])
  })
})
