// Sample services on loopback that show what reached them, and who had sent it. For the demo only.

import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen } from '../../sidecar/runtime/listen.ts'
import { closeServer, portOf } from './identity-provider.ts'

export interface SampleService {
  readonly port: number
  close(): void
}

export interface Orders extends SampleService {
  /** From now on billing is called through this port of loopback: the outbound port of its own sidecar. */
  callThrough(port: number): void
}

const CALL_MS = 5000

/** Calls billing for each order, by a name that only the mesh knows. */
export async function startOrders(): Promise<Orders> {
  let outbound: number | null = null
  const service = await startService('orders', async ({ url = '' }) => {
    const order = /^\/orders\/([\w-]+)$/.exec(url)
    if (order === null || outbound === null) return {}
    return { billing: await callBilling(outbound, `/invoices/${order[1]}`) }
  })
  return {
    ...service,
    callThrough(port) {
      outbound = port
    },
  }
}

export function startBilling(): Promise<SampleService> {
  return startService('billing', () => Promise.resolve({}))
}

/** What stands for a host on the internet. */
export function startPartner(port: number): Promise<SampleService> {
  return startService('partner', () => Promise.resolve({}), port)
}

/** `more`: what it tells besides what it has seen. */
async function startService(
  name: string,
  more: (request: IncomingMessage) => Promise<object>,
  port = 0,
): Promise<SampleService> {
  const server = createServer((received, response) => {
    const { 'x-mesh-client-id': caller, 'x-user': user, authorization } = received.headers
    const seen = {
      service: name,
      request: `${received.method} ${received.url}`,
      ...(caller !== undefined && { caller }),
      ...(user !== undefined && { user }),
      tokenArrived: authorization !== undefined,
    }
    received.resume()
    more(received).then(
      (told) => answer(response, 200, { ...seen, ...told }),
      (error: unknown) => answer(response, 502, { ...seen, error: String(error) }),
    )
  })
  await listen(server, port, '127.0.0.1')
  return { port: portOf(server), close: () => closeServer(server) }
}

/** As an app does that knows nothing of a mesh: plain HTTP to the sidecar beside it, with the other's name as its host. */
function callBilling(outbound: number, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: outbound,
      path,
      headers: { host: 'billing.mesh' },
      timeout: CALL_MS,
    }
    const sent = request(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => void chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve(readJson(Buffer.concat(chunks).toString())))
    })
    sent.on('timeout', () => sent.destroy(new Error('billing did not answer in time')))
    sent.on('error', reject)
    sent.end()
  })
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body, null, 2)}\n`
  const length = Buffer.byteLength(text)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length })
  response.end(text)
}
