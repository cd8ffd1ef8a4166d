// @fastify/http-proxy as it comes: what the same packages cost without Sallyport's own data plane.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { StockConfig } from '../stock-http-proxy.ts'
import type { Arm } from './arm.ts'

const PACKAGE = '@fastify/http-proxy'
const SCRIPT = join(import.meta.dirname, '../stock-http-proxy.ts')

export const stock: Arm = {
  name: 'stock',
  scenarios: ['bare', 'bare-tls', 'jwt-tls', 'jwt-tls-unique'],
  find() {
    const manifest = createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    return { path: process.execPath, version: `${PACKAGE} ${version} on Node ${process.version}` }
  },
  configure(program, { folder, scenario, materials, port, upstreamPort }) {
    const { certFile, keyFile, jwksFile, issuer, audience, origin } = materials
    const config: StockConfig = {
      port,
      upstream: `http://127.0.0.1:${upstreamPort}`,
      tls: scenario.tls ? { certFile, keyFile } : null,
      policy: scenario.tokens > 0 ? { jwksFile, issuer, audience, origin } : null,
    }
    const file = join(folder, 'stock.json')
    writeFileSync(file, JSON.stringify(config))
    return { program: program.path, args: [SCRIPT, file] }
  },
}
