// Another root for the mesh, walked in a real browser with real sidecars: announced, waited for, used, and taken back.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { callApi } from '../../gateway/cli/api-client.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { spawnSidecar, type SidecarProcess } from '../support/sidecar-process.ts'
import { until } from '../support/until.ts'
import { violations } from './axe.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

interface Authority {
  readonly issuing: { readonly fingerprints: readonly string[] }
  readonly announced: { readonly trusting: number; readonly members: number } | null
}

suite('a new root of the mesh', { skip, timeout: 120_000 }, () => {
  let console: ConsoleUnderTest
  let watched: WatchedPage
  let upstream: Upstream
  let folder: string
  const sidecars: SidecarProcess[] = []

  const api = (method: string, path: string, body?: unknown): Promise<unknown> => {
    const socket = join(console.gateway.folder, 'data/control.sock')
    return callApi({ kind: 'socket', path: socket }, method, path, body)
  }
  const authority = async (): Promise<Authority> =>
    (await api('GET', '/api/v1/mesh/authority')) as Authority
  const onPage = async (): Promise<void> => {
    await watched.page.goto(`${console.origin}/certificates/authority`)
  }

  before(async () => {
    upstream = await startUpstream()
    folder = mkdtempSync(join(tmpdir(), 'sallyport-root-'))
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: web, match: /*, to: web, auth: public } ]
services: { web: { mesh: true }, billing: { mesh: true } }
mesh: { trustDomain: shop.internal, bind: "127.0.0.1:0", authorize: [ { to: web, from: [edge] } ] }
`,
    })
    watched = await setUp(console)
    const [, port] = /mesh control on https:\/\/127\.0\.0\.1:(\d+)/.exec(console.gateway.stderr())!
    const tokenFile = async (service: string): Promise<string> => {
      const { token } = (await api('POST', '/api/v1/join-tokens', { service })) as { token: string }
      const file = join(folder, service)
      writeFileSync(file, `${token}\n`, { mode: 0o600 })
      return file
    }
    const control = { url: `https://127.0.0.1:${port}`, tokenFile }
    for (const service of ['web', 'billing']) {
      sidecars.push(await spawnSidecar(control, service, upstream.url))
    }
  })
  after(async () => {
    for (const { process } of sidecars) process.kill('SIGCONT')
    await Promise.all(sidecars.map((sidecar) => sidecar.end('SIGTERM')))
    await watched?.close()
    await console?.close()
    await upstream?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('stays locked while one of the sidecars does not believe it, and that one is named', async () => {
    const { page } = watched
    const billing = sidecars[1]!.process
    await onPage()
    billing.kill('SIGSTOP')
    await page.getByRole('button', { name: 'Announce a new root' }).click()
    await page.getByText('1 of 2 sidecars trust the new root').first().waitFor()
    await page.getByText('The last step stays locked until all of them do').waitFor()
    await page.getByRole('listitem').filter({ hasText: 'billing/' }).waitFor()
    const old = await authority()
    const finish = page.getByRole('button', { name: 'Issue below the new root' })
    await finish.click({ force: true })
    await assert.rejects(api('POST', '/api/v1/mesh/authority:finish'), /1 of 2 sidecars trust/)
    assert.deepEqual((await authority()).issuing, old.issuing)
    assert.deepEqual(await violations(page), [])
    billing.kill('SIGCONT')
  })

  test('is used when the last of them does, and no call is lost', async () => {
    const { page } = watched
    const old = await authority()
    const failures: number[] = []
    const end = new AbortController()
    const url = `http://127.0.0.1:${console.gateway.port('plain')}/`
    await until('a call through the mesh', async () => (await fetch(url)).status === 200)
    const load = (async () => {
      while (!end.signal.aborted) {
        const { status, body } = await fetch(url)
        await body?.cancel()
        if (status !== 200) failures.push(status)
      }
    })()
    await page.getByText('2 of 2 sidecars trust the new root').first().waitFor()
    await page.getByText('Certificates can be issued below it now.').waitFor()
    await page.getByRole('button', { name: 'Issue below the new root' }).click()
    await page.getByText('Certificates are issued below the new root.').waitFor()
    await page.getByText('On their way out').waitFor()
    await page.getByText(old.issuing.fingerprints[0]!).waitFor()
    assert.notDeepEqual((await authority()).issuing, old.issuing)
    end.abort()
    await load
    assert.deepEqual(failures, [])
  })

  test('is taken back as long as it is only announced', async () => {
    const { page } = watched
    const { issuing } = await authority()
    await page.getByRole('button', { name: 'Announce a new root' }).click()
    await page.getByRole('button', { name: 'Take it back' }).click()
    await page.getByText('The announced root is taken back.').waitFor()
    const now = await authority()
    assert.deepEqual([now.issuing, now.announced], [issuing, null])
  })

  test('has every step of it in the audit, by whom, from what to what', async () => {
    const { page } = watched
    const { items } = (await api('GET', '/api/v1/audit?limit=50')) as {
      items: readonly { target: string; result: string; actor: { name: string }; after: unknown }[]
    }
    const steps = items.filter(
      ({ target, actor }) => target.startsWith('mesh-authority/') && actor.name === 'alice',
    )
    assert.deepEqual(
      steps.map(({ target, result }) => `${target} ${result}`).toReversed(),
      ['rotate ok', 'finish ok', 'rotate ok', 'abandon ok'].map((one) => `mesh-authority/${one}`),
    )
    await page.goto(`${console.origin}/audit`)
    await page.getByText('mesh-authority/finish').first().waitFor()
    assert.deepEqual(watched.complaints, [])
  })
})
