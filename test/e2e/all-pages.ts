// Every page of the console with something on it, for tests that look at all of them.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Page } from 'playwright-core'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { createTestIssuer } from '../support/test-issuer.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

export const PATHS: readonly string[] = [
  '/',
  '/?range=1h',
  '/topology',
  '/topology?view=list',
  '/services?only=trouble',
  '/tail',
  '/explain',
  '/explain?by=form',
  '/explain/token',
  '/explain/tests',
  '/explain/egress',
  '/explain/mesh',
  '/routes',
  '/routes/orders',
  '/routes/orders?view=yaml',
  '/routes/+new',
  '/releases',
  '/releases/shop',
  '/policies',
  '/policies/cors',
  '/policies/limits',
  '/policies/more',
  '/first-service',
  '/limits',
  '/egress',
  '/egress/rules',
  '/egress/learned',
  '/egress/check',
  '/services',
  '/services/tokens',
  '/identities',
  '/certificates',
  '/certificates?due=14',
  '/certificates/authority',
  '/certificates/identities',
  '/config',
  '/review',
  '/revisions',
  '/revisions/2?from=1',
  '/access',
  '/access/tokens',
  '/access/sessions',
  '/access/provider',
  '/access/me',
  '/audit',
  '/system',
  '/system/doctor',
  '/system/transfer',
  '/system/backup',
  '/system/restore',
  '/system/diagnostics',
  '/api-docs',
  '/api-docs?op=applyConfig',
  '/nowhere',
]

export interface BusyConsole {
  readonly console: ConsoleUnderTest
  /** Some requests of all kinds through the edge, and refused calls at egress. */
  traffic(): Promise<void>
  close(): Promise<void>
}

/** A gateway with routes, rules, traffic, a second revision, and an administrator. */
export async function startBusyConsole(): Promise<BusyConsole> {
  const upstream: Upstream = await startUpstream()
  const issuer = await createTestIssuer()
  const token = await issuer.token('alice@example.com', 'orders-api')
  const console = await startConsole({ config: configuration(upstream.url, issuer.yaml) })
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${console.gateway.port('plain')}${path}`, {
      headers,
    })
    await response.arrayBuffer()
  }
  const traffic = async (): Promise<void> => {
    for (let i = 0; i < 12; i++) {
      await ask('/hello')
      await ask(`/orders/${i}`, { authorization: `Bearer ${token}` })
      await ask('/orders/1')
      await ask(`/nothing/${i}?access_token=secret`)
    }
    await refused(console.gateway.port('egress'), 'api.stripe.com:443')
    await refused(console.gateway.port('egress'), '169.254.169.254:80')
  }
  await traffic()
  const { page, close } = await setUp(console)
  await changeOnce(page, console.origin)
  await close()
  return {
    console,
    traffic,
    async close() {
      await console.close()
      await upstream.close()
    },
  }
}

async function refused(proxy: number, target: string): Promise<void> {
  const socket = connect(proxy, '127.0.0.1')
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
  await once(socket, 'data')
  socket.destroy()
}

async function changeOnce(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/routes/hello`)
  await page.getByLabel('Limits').fill('100/min per ip')
  await page.getByRole('button', { name: 'Put into the draft' }).click()
  await page.getByRole('link', { name: 'Review and apply' }).click()
  await page.getByLabel('Why').fill('hello shall not be flooded')
  await page.getByRole('button', { name: 'Apply', exact: true }).click()
  await page.getByText(/Revision 2 is served/).waitFor()
}

/** Something that is not applied, so that the review has something to show. */
export async function makeDraft(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/routes/orders`)
  await page.locator('form input').nth(3).fill('api.example.com')
  await page.locator('form button[type=submit]').click()
  await page.locator('.banner.info').waitFor()
}

function configuration(upstream: string, issuer: string): string {
  return `# The gateway of the shop.
workers: 1
issuers:
  idp: ${issuer}
listeners:
  - { name: plain, bind: "127.0.0.1:0", tls: off }
routes:
  - name: orders      # what customers see
    match: /orders/*
    to: ${upstream}
    auth: { issuer: idp, audience: orders-api }
    cors: https://app.example.com
    limits: [ 5/min per sub ]
  - name: hello
    match: /hello
    to: ${upstream}
    auth: public
  - name: shop
    match: /shop
    to: [ { service: shop, weight: 80 }, { service: shop-v2, weight: 20 } ]
    auth: public
services:
  shop: { endpoints: [ "${upstream}" ] }
  shop-v2: { endpoints: [ "${upstream}" ] }
mesh: { trustDomain: shop.internal, bind: "127.0.0.1:0", authorize: [] }
egress:
  plain: 127.0.0.1:0
  rules:
    - { name: mail, from: [orders], allow: [ "smtp.example.com:587" ], owner: team-orders, expires: 2027-01-01 }
`
}
