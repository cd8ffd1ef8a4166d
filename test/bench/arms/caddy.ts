// caddy: one operating-system thread for Go code, a keep-alive pool of 128, no access log, HTTP/1.1.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../programs.ts'
import type { Arm, ArmSetup } from './arm.ts'

export const caddy: Arm = {
  name: 'caddy',
  scenarios: ['bare', 'bare-tls'],
  find: (searchPath) => findProgram('caddy', 'version', searchPath),
  configure(program, setup) {
    const { folder } = setup
    const file = join(folder, 'Caddyfile')
    writeFileSync(file, configuration(setup))
    return {
      program: program.path,
      args: ['run', '--adapter', 'caddyfile', '--config', file],
      env: { GOMAXPROCS: '1', HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    }
  },
}

function configuration({ scenario, materials, port, upstreamPort }: ArmSetup): string {
  const tls = `
  tls ${materials.certFile} ${materials.keyFile} {
    protocols tls1.3
  }`
  return `{
  admin off
  auto_https off
  servers {
    protocols h1
  }
}
${scenario.tls ? 'https' : 'http'}://localhost:${port} {
  bind 127.0.0.1${scenario.tls ? tls : ''}
  reverse_proxy 127.0.0.1:${upstreamPort} {
    transport http {
      keepalive_idle_conns 128
      keepalive_idle_conns_per_host 128
    }
  }
}
`
}
