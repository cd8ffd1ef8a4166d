// The console before an admin API that serves no pages yet: pages from here, every call handed on to the real one.

import { request as requestTls } from 'node:https'
import { resolve } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import { mountConsole, readConsole } from '../../gateway/control/console/static-files.ts'
import { createTestCa } from '../support/certificates.ts'

export const CONSOLE_FOLDER = resolve(import.meta.dirname, '../../dist/console')

export interface ConsoleFront {
  readonly origin: string
  close(): Promise<void>
}

export async function startFront(apiOrigin: string): Promise<ConsoleFront> {
  const { host, hostname, port } = new URL(apiOrigin)
  const { certPem, keyPem } = await (
    await createTestCa('console')
  ).issue(['localhost', '127.0.0.1'])
  const app = Fastify({ https: { cert: certPem, key: keyPem } }) as unknown as FastifyInstance
  app.all('/api/*', (request, reply) => {
    reply.hijack()
    const { method, headers, url } = request.raw
    const own = { ...headers, host, ...(headers.origin === undefined ? {} : { origin: apiOrigin }) }
    const options = {
      hostname,
      port,
      method,
      path: url,
      headers: own,
      rejectUnauthorized: false,
      agent: false,
    }
    const upstream = requestTls(options, (answer) => {
      reply.raw.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(reply.raw)
      answer.once('close', () => {
        if (!answer.complete) reply.raw.destroy()
      })
    })
    upstream.on('error', () => reply.raw.destroy())
    reply.raw.once('close', () => upstream.destroy())
    request.raw.pipe(upstream)
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  mountConsole(app, readConsole(CONSOLE_FOLDER))
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    origin: `https://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    async close() {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}
