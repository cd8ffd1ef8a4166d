// A gateway with two endpoints behind one service, and its API over the control socket.

import { join } from 'node:path'
import { callApi } from '../../../gateway/cli/api-client.ts'
import type { SeenServices } from '../../../gateway/control/live/endpoints.ts'
import type { EndpointView } from '../../../gateway/control/live/services.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'

export interface LiveGateway {
  readonly gateway: TestGateway
  readonly upstreams: readonly [Upstream, Upstream]
  api<Answer>(method: string, path: string, body?: unknown): Promise<Answer>
  /** The status of a request through the edge. */
  get(path: string): Promise<number>
  endpoint(url: string): Promise<EndpointView>
  close(): Promise<void>
}

/** `more`: lines of the configuration besides service `pair`, its route `/pair/*` and `/alone`. */
export async function startLive(more = ''): Promise<LiveGateway> {
  const upstreams = [await startUpstream(), await startUpstream()] as const
  const gateway = await startGateway({
    config: `workers: 2
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
services:
  pair: { endpoints: [ "${upstreams[0].url}", "${upstreams[1].url}" ], balance: round-robin }
routes:
  - { name: pair, match: /pair/*, to: pair, auth: public }
  - { name: alone, match: /alone, to: "http://127.0.0.1:1", auth: public }
${more}`,
  })
  const socket = join(gateway.folder, 'data/control.sock')
  const api = <Answer>(method: string, path: string, body?: unknown) =>
    callApi({ kind: 'socket', path: socket }, method, path, body) as Promise<Answer>
  return {
    gateway,
    upstreams,
    api,
    async get(path) {
      const response = await fetch(`http://127.0.0.1:${gateway.port('plain')}${path}`)
      await response.arrayBuffer()
      return response.status
    },
    async endpoint(url) {
      const { items } = await api<{ items: SeenServices['services'] }>('GET', '/api/v1/services')
      return items.flatMap(({ endpoints }) => endpoints).find(({ name }) => name === url)!
    },
    async close() {
      await gateway.stop()
      await Promise.all(upstreams.map((upstream) => upstream.close()))
    },
  }
}
