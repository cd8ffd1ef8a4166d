// Sallyport from this checkout: one data-plane worker, the access log on failures only, keys from a file.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Arm, ArmSetup } from './arm.ts'

const ROOT = join(import.meta.dirname, '../../..')
const COMMAND = join(ROOT, 'gateway/sallyport.mjs')

export const sallyport: Arm = {
  name: 'sallyport',
  scenarios: ['bare', 'bare-tls', 'jwt-tls', 'jwt-tls-unique'],
  find() {
    if (!existsSync(COMMAND)) return null
    const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8')
    const { version } = JSON.parse(manifest) as { version: string }
    return { path: process.execPath, version: `${version} on Node ${process.version}` }
  },
  configure(program, setup) {
    const file = join(setup.folder, 'sallyport.yaml')
    // JSON is YAML, and needs no care with quoting.
    writeFileSync(file, JSON.stringify(configuration(setup), null, 2))
    return { program: program.path, args: [COMMAND, 'up', '-c', file] }
  },
}

function configuration({ folder, scenario, materials, port, upstreamPort }: ArmSetup): object {
  const guarded = scenario.tokens > 0
  const { issuer, audience, jwksFile, origin, certsFolder } = materials
  return {
    version: 1,
    workers: 1,
    dataDir: join(folder, 'data'),
    listeners: [
      {
        name: 'public',
        bind: `127.0.0.1:${port}`,
        tls: scenario.tls ? { certs: certsFolder, minVersion: 'TLSv1.3' } : 'off',
      },
    ],
    ...(guarded && { issuers: { idp: { issuer, jwks: jwksFile, algorithms: ['RS256'] } } }),
    routes: [
      {
        name: 'orders',
        match: 'localhost/orders/*',
        to: `http://127.0.0.1:${upstreamPort}`,
        auth: guarded ? { issuer: 'idp', audience } : 'public',
        ...(guarded && { cors: origin }),
      },
    ],
    telemetry: { accessLog: 'failures' },
  }
}
