// haproxy: one thread, connections to the upstream shared by all requests, no log; it verifies every token anew.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Materials } from '../materials.ts'
import { findProgram } from '../programs.ts'
import type { Arm, ArmSetup } from './arm.ts'

export const haproxy: Arm = {
  name: 'haproxy',
  scenarios: ['bare', 'bare-tls', 'jwt-tls', 'jwt-tls-unique'],
  find: (searchPath) => findProgram('haproxy', '-v', searchPath),
  configure(program, setup) {
    const file = join(setup.folder, 'haproxy.cfg')
    writeFileSync(file, configuration(setup))
    return { program: program.path, args: ['-db', '-f', file] }
  },
}

function configuration({ scenario, materials, port, upstreamPort }: ArmSetup): string {
  const scheme = scenario.tls ? 'https' : 'http'
  return `global
  nbthread 1
  maxconn 4096
  ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
  mode http
  http-reuse always
  option forwardfor
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend public
  bind 127.0.0.1:${port}${scenario.tls ? ` ssl crt ${materials.bothFile}` : ''}
  http-request set-header x-forwarded-proto ${scheme}
${scenario.tokens > 0 ? policy(materials) : ''}
  default_backend orders
backend orders
  server orders 127.0.0.1:${upstreamPort}
`
}

/** Algorithm, signature, issuer, audience and expiry of the token; CORS with its preflight. */
function policy(materials: Materials): string {
  const allowed = `{ var(txn.origin) -m str ${materials.origin} }`
  return `  http-request set-var(txn.origin) req.hdr(origin)
  http-request return status 204 hdr access-control-allow-origin ${materials.origin} hdr access-control-allow-methods "GET, POST" hdr vary origin if METH_OPTIONS ${allowed}
  http-request set-var(txn.bearer) http_auth_bearer
  http-request set-var(txn.algorithm) var(txn.bearer),jwt_header_query('$.alg')
  http-request deny deny_status 401 unless { var(txn.algorithm) -m str RS256 }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_payload_query('$.iss') -m str ${materials.issuer} }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_payload_query('$.aud') -m str ${materials.audience} }
  http-request set-var(txn.expires) var(txn.bearer),jwt_payload_query('$.exp','int')
  http-request set-var(txn.now) date()
  http-request deny deny_status 401 unless { var(txn.expires),sub(txn.now) -m int gt 0 }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_verify(txn.algorithm,"${materials.publicKeyFile}") 1 }
  http-response set-header access-control-allow-origin %[var(txn.origin)] if ${allowed}
  http-response add-header vary origin`
}
