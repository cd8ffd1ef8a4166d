// The ways through a mesh that `bench:mesh` compares: one hop and a pair, of sidecars and of haproxy, each with client certificates.

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MeshNode, RunningSidecar } from '../integration/whole/mesh-node.ts'
import { freePort, LOAD_CPU, PROXY_CPU } from './measure.ts'
import type { Processes } from './processes.ts'
import type { Program } from './programs.ts'

export interface MeshArm {
  readonly name: string
  /** The arm that its cost is compared with; its own name where it is that arm. */
  readonly base: string
  /** Where it takes cleartext HTTP. */
  readonly port: number
  readonly host: string
  /** Processes whose CPU counts; whatever else there is on the way is the same in both arms of a comparison. */
  readonly pids: readonly number[]
}

export interface MeshArmsSetup {
  readonly folder: string
  readonly node: MeshNode
  readonly processes: Processes
  readonly haproxy: Program
  /** null: nothing is pinned. */
  readonly taskset: string | null
  readonly upstreamPort: number
}

/** One hop takes mTLS, so a haproxy beside the generator shows its certificate; a pair takes cleartext itself. */
export async function startMeshArms(setup: MeshArmsSetup): Promise<readonly MeshArm[]> {
  const { node, processes, haproxy, upstreamPort } = setup
  const client = await writeIdentity(setup, 'web')
  const server = await writeIdentity(setup, 'billing')
  const start = (name: string, cpu: number, sections: string): number => {
    const file = join(setup.folder, `${name}.cfg`)
    writeFileSync(file, `${COMMON}${sections}`)
    return processes.start({ program: haproxy.path, args: ['-db', '-f', file] }, cpu).pid
  }
  const app = `http://127.0.0.1:${upstreamPort}`
  const flags = ['--access-log=failures']
  const [web, billing] = await Promise.all([
    node.sidecar('web', app, flags),
    node.sidecar('billing', app, flags),
  ])
  for (const sidecar of [web, billing]) pin(setup, sidecar)
  await node.known(web, 'billing')
  const ports = await Promise.all(Array.from({ length: 4 }, freePort))
  const [hop = 0, outer = 0, toHop = 0, toSidecar = 0] = ports
  const hopPid = start('hop', PROXY_CPU, frontend(hop, server, `127.0.0.1:${upstreamPort}`, null))
  const outerPid = start('outer', PROXY_CPU, frontend(outer, null, `127.0.0.1:${hop}`, client))
  start('to-hop', LOAD_CPU, carrier(toHop, hop, client))
  start('to-sidecar', LOAD_CPU, carrier(toSidecar, billing.ports.inbound, client))
  const host = 'billing.mesh'
  const inPid = billing.process.pid!
  return [
    { name: 'haproxy hop', base: 'haproxy hop', port: toHop, host, pids: [hopPid] },
    { name: 'sidecar hop', base: 'haproxy hop', port: toSidecar, host, pids: [inPid] },
    { name: 'haproxy pair', base: 'haproxy pair', port: outer, host, pids: [outerPid, hopPid] },
    {
      name: 'sidecar pair',
      base: 'haproxy pair',
      port: web.ports.outbound,
      host,
      pids: [web.process.pid!, inPid],
    },
  ]
}

interface IdentityFiles {
  /** Certificate, chain and key in one file. */
  readonly both: string
  readonly root: string
}

async function writeIdentity(
  { folder, node }: MeshArmsSetup,
  service: string,
): Promise<IdentityFiles> {
  const { certPem, keyPem } = await node.svid(service)
  const own = join(folder, service)
  mkdirSync(own)
  const files = { both: join(own, 'both.pem'), root: join(own, 'root.pem') }
  writeFileSync(files.both, `${certPem}${keyPem}`, { mode: 0o600 })
  writeFileSync(files.root, node.mesh.root.certPem)
  return files
}

function pin({ taskset }: MeshArmsSetup, { process: child }: RunningSidecar): void {
  if (taskset === null) return
  spawnSync(taskset, ['-a', '-p', '-c', String(PROXY_CPU), String(child.pid)])
}

const COMMON = `global
  nbthread 1
  maxconn 4096
  ssl-default-bind-options ssl-min-ver TLSv1.3 no-tls-tickets
  ssl-default-server-options ssl-min-ver TLSv1.3 no-tls-tickets
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
`

/** Takes mTLS where `server` is given and speaks it where `client` is; connections are shared by all requests. */
function frontend(
  port: number,
  server: IdentityFiles | null,
  to: string,
  client: IdentityFiles | null,
): string {
  const shown =
    server === null
      ? ''
      : ` ssl crt ${server.both} ca-file ${server.root} verify required alpn http/1.1`
  return `frontend mesh
  bind 127.0.0.1:${port}${shown}
${server === null ? '' : '  http-request set-header x-client %[ssl_c_s_dn]\n'}  default_backend next
backend next
  http-reuse always
  server next ${to}${client === null ? '' : speaking(client)}
`
}

/** One mTLS connection for every connection of the generator. */
function carrier(port: number, to: number, client: IdentityFiles): string {
  return `frontend generator
  bind 127.0.0.1:${port}
  default_backend arm
backend arm
  http-reuse never
  server arm 127.0.0.1:${to}${speaking(client)}
`
}

function speaking({ both, root }: IdentityFiles): string {
  return ` ssl crt ${both} ca-file ${root} verify required no-ssl-reuse alpn http/1.1`
}
