// A gateway full of what strangers wrote, wherever they may write something, and what a page would look like that fell for it.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Page } from 'playwright-core'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { createTestCa } from '../support/certificates.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'
import type { WatchedPage } from './chromium.ts'

/** Each leaves a mark where it is taken for more than text. */
export const PAYLOADS: readonly string[] = [
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  '</script><script>alert(1)</script>',
  'javascript:alert(1)',
  "'-alert(1)-'",
  '{{7777*7777}}',
  '\u202egnp.tpircs\u200b\u2066',
  '=cmd|calc!A1',
]

/** A host that was refused, beside all those that nobody could have meant. */
export const TRACKER = 'tracker.example.com'

/** Marks of a page that took a text for more. `form [action^=javascript]` and the like are none of ours. */
const FALLEN = `[...document.querySelectorAll(
  'img[src="x"], svg[onload], script:not([src]), [onerror], [onload], a[href^="javascript:" i], iframe, object, embed'
)].map((element) => element.outerHTML).concat(document.body.innerText.includes('60481729') ? ['a template was run'] : [])`

export interface HostileConsole {
  readonly console: ConsoleUnderTest
  /** Signed in as an admin. */
  readonly watched: WatchedPage
  /** Ids of requests that carried a payload. */
  readonly requestIds: readonly string[]
  /** Calls the API as the page does; resolves with the status. */
  readonly api: (method: string, path: string, body: unknown, ifMatch?: string) => Promise<number>
  close(): Promise<void>
}

/** What the page holds that is more than text; [] where it fell for nothing. */
export function fallen(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(FALLEN)
}

export async function startHostileConsole(payloads: readonly string[]): Promise<HostileConsole> {
  const upstream = await startUpstream()
  try {
    return await startOver(upstream, payloads)
  } catch (error) {
    await upstream.close()
    throw error
  }
}

async function startOver(upstream: Upstream, payloads: readonly string[]): Promise<HostileConsole> {
  const ca = await createTestCa('test')
  const evil = await ca.issue(['evil.example.com', ...payloads.slice(0, 3)], {
    commonName: payloads[0]!,
  })
  const rules = payloads.map(
    (text, index) =>
      `    - { name: rule-${index}, from: [orders], allow: [ "p${index}.example.com" ], owner: ${JSON.stringify(text)} }`,
  )
  const console = await startConsole({
    files: { 'certs/evil.crt': evil.certPem, 'certs/evil.key': evil.keyPem },
    config: `# ${payloads.join(' ').replaceAll(/[\u200b-\u2069]/g, '')}
workers: 1
listeners:
  - { name: plain, bind: "127.0.0.1:0", tls: off }
  - { name: secure, bind: "127.0.0.1:0", tls: { certs: ./certs } }
routes:
  - { name: hello, match: /hello/*, to: "${upstream.url}", auth: public }
egress:
  plain: 127.0.0.1:0
  rules:
${rules.join('\n')}
`,
  })
  const requestIds: string[] = []
  for (const payload of payloads) {
    requestIds.push(...(await hostileRequest(console.gateway.port('plain'), payload)))
    const host = payload.replaceAll(/[^\x21-\x7e]/g, '')
    await hostileConnect(console.gateway.port('egress'), `${host}.example.com`)
  }
  await hostileConnect(console.gateway.port('egress'), TRACKER)
  const watched = await setUp(console)
  const api = (method: string, path: string, body: unknown, ifMatch?: string): Promise<number> =>
    watched.page.evaluate<number>(`(async () => {
      const me = await (await fetch('/api/v1/me')).json()
      const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrfToken }
      const tag = ${JSON.stringify(ifMatch ?? null)}
      if (tag !== null) headers['if-match'] = '"' + tag + '"'
      const body = ${JSON.stringify(JSON.stringify(body))}
      return (await fetch(${JSON.stringify(path)}, { method: ${JSON.stringify(method)}, headers, body })).status
    })()`)
  return {
    console,
    watched,
    requestIds,
    api,
    async close() {
      await watched.close()
      await console.close()
      await upstream.close()
    },
  }
}

/** In the path, the query, the name of the caller's program and where it says it comes from. */
async function hostileRequest(port: number, payload: string): Promise<readonly string[]> {
  const socket = connect(port, '127.0.0.1')
  const path = `/hello/${encodeURIComponent(payload).replaceAll(/%2f/gi, '-')}`
  const text = Buffer.from(payload).toString('latin1')
  socket.write(
    `GET ${path}?q=${encodeURIComponent(payload)} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${text}\r\nReferer: ${text}\r\nConnection: close\r\n\r\n`,
    'latin1',
  )
  const head = await firstBytes(socket)
  socket.destroy()
  const [, id] = /^x-request-id: (\S+)/im.exec(head) ?? []
  return id === undefined ? [] : [id]
}

/** As the host of a tunnel: what the parser lets by stands in the inbox as it was written. */
async function hostileConnect(port: number, host: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n\r\n`)
  await firstBytes(socket)
  socket.destroy()
}

async function firstBytes(socket: ReturnType<typeof connect>): Promise<string> {
  const [data] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [unknown]
  return Buffer.isBuffer(data) ? data.toString('latin1') : ''
}
