// An identity provider that can fail in every way one does, in memory and as a real HTTP server.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FetchJson } from '../../../gateway/auth/fetch-json.ts'
import { KeySource, type KeySourceOptions } from '../../../gateway/auth/key-source.ts'
import type { IssuerPlan } from '../../../gateway/auth/plan.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'
import { createGateway, issuerPlan, rsaKey, type Gateway } from './fixture.ts'

/** What the provider answers to a fetch of its keys; an Error is a failure, a promise takes its time. */
export class FakeProvider {
  answer: unknown = { keys: [rsaKey.jwk] }
  readonly fetched: string[] = []

  readonly fetchJson: FetchJson = async (url, { signal }) => {
    this.fetched.push(url)
    if (this.answer === HANGS) return hang(signal)
    if (this.answer instanceof Error) throw this.answer
    return this.answer
  }
}

export const HANGS = Symbol('hangs')
export const DOWN = new SallyportError('fetch_status', 'the answer has status 500')

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new SallyportError('fetch_aborted', 'given up')))
  })
}

/** A supervisor with one key source and a worker that asks it. */
export interface Fleet {
  readonly gateway: Gateway
  readonly source: KeySource
  readonly plan: IssuerPlan
}

export async function createFleet(
  options: Partial<KeySourceOptions> & Pick<KeySourceOptions, 'fetchJson'>,
  plan = issuerPlan(),
): Promise<Fleet> {
  const gateway = createGateway({
    keys: [],
    askRefresh: (rings, sourceId, keyId) => {
      void source.refreshFor(keyId).then(() => rings.settle(sourceId))
    },
  })
  const source = new KeySource(plan, {
    clock: gateway.clock,
    random: () => 0.5,
    dataDir: null,
    ...options,
  })
  source.onChange((keys) =>
    gateway.rings.update(source.id, keys?.document ?? null, keys?.version ?? ''),
  )
  await source.start()
  return { gateway, source, plan }
}

export type Behaviour =
  | 'good'
  | 'error'
  | 'redirect'
  | 'huge'
  | 'html'
  | 'hang'
  | 'drip'
  | 'compressed'

export interface ProviderServer {
  readonly url: string
  readonly hits: string[]
  behaviour: Behaviour
  close(): Promise<void>
}

/** Serves discovery and keys on loopback. */
export async function startProvider(
  keys: readonly object[] = [rsaKey.jwk],
): Promise<ProviderServer> {
  const server = createServer((request, response) => {
    provider.hits.push(request.url!)
    switch (provider.behaviour) {
      case 'good': {
        const isMetadata = request.url!.startsWith('/.well-known/')
        const metadata = { issuer: `${provider.url}/`, jwks_uri: `${provider.url}/jwks` }
        response.end(JSON.stringify(isMetadata ? metadata : { keys }))
        break
      }
      case 'error':
        response.writeHead(500).end('{}')
        break
      case 'redirect':
        response.writeHead(302, { location: `${provider.url}/elsewhere` }).end()
        break
      case 'huge':
        response.end(Buffer.alloc(10 * 1024 * 1024, ' '))
        break
      case 'html':
        response.end('<html>We will be back soon</html>')
        break
      case 'compressed':
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
        break
      case 'drip':
        response.write('{')
        break
      case 'hang':
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const provider: ProviderServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits: [],
    behaviour: 'good',
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return provider
}

/** Waits for a condition that input and output bring about. */
export async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error('waited in vain')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
