// A sample service on loopback that shows what reached it through the gateway. For the demo only.

import { createServer } from 'node:http'
import { listen } from '../../sidecar/runtime/listen.ts'
import { closeServer, portOf } from './identity-provider.ts'

export interface SampleService {
  readonly url: string
  close(): void
}

export async function startSampleService(name: string): Promise<SampleService> {
  const server = createServer((request, response) => {
    const { 'x-user': user, 'x-request-id': requestId, authorization } = request.headers
    const seen = {
      service: name,
      method: request.method,
      path: request.url,
      user: user ?? null,
      requestId,
      tokenArrived: authorization !== undefined,
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`${JSON.stringify(seen)}\n`)
  })
  await listen(server, 0, '127.0.0.1')
  return { url: `http://127.0.0.1:${portOf(server)}`, close: () => closeServer(server) }
}
