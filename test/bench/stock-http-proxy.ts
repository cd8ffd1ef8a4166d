// A proxy of @fastify/http-proxy with its default settings: `node stock-http-proxy.ts CONFIG.json`.

import { readFileSync } from 'node:fs'
import { fastifyCors } from '@fastify/cors'
import { fastifyHttpProxy } from '@fastify/http-proxy'
import { fastify } from 'fastify'
import type { FastifyInstance } from 'fastify'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { JSONWebKeySet } from 'jose'

export interface StockConfig {
  readonly port: number
  readonly upstream: string
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  readonly policy: StockPolicy | null
}

interface StockPolicy {
  readonly jwksFile: string
  readonly issuer: string
  readonly audience: string
  readonly origin: string
}

async function start(config: StockConfig): Promise<void> {
  const { tls } = config
  const https = tls && {
    cert: readFileSync(tls.certFile),
    key: readFileSync(tls.keyFile),
    minVersion: 'TLSv1.3' as const,
  }
  const app = fastify({ logger: false, https }) as unknown as FastifyInstance
  if (config.policy) await addPolicy(app, config.policy)
  // The CORS package answers OPTIONS itself.
  const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
  await app.register(fastifyHttpProxy, { upstream: config.upstream, httpMethods })
  await app.listen({ host: '127.0.0.1', port: config.port })
}

async function addPolicy(app: FastifyInstance, policy: StockPolicy): Promise<void> {
  const keys = createLocalJWKSet(JSON.parse(readFileSync(policy.jwksFile, 'utf8')) as JSONWebKeySet)
  const { issuer, audience } = policy
  await app.register(fastifyCors, { origin: [policy.origin] })
  app.addHook('onRequest', async (request, reply) => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    await jwtVerify(token, keys, { issuer, audience, algorithms: ['RS256'] }).catch(() =>
      reply.code(401).send(),
    )
  })
}

const [file] = process.argv.slice(2)
if (file === undefined) throw new TypeError('usage: node stock-http-proxy.ts CONFIG.json')
await start(JSON.parse(readFileSync(file, 'utf8')) as StockConfig)
