// Ports of loopback that are free at this moment, as near to the wanted ones as can be had.

import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { errorCode } from '../../sidecar/runtime/errors.ts'
import { listen } from '../../sidecar/runtime/listen.ts'

/** So many ports above a taken one are tried before any port will do. */
const NEAR = 20
const LAST_PORT = 65_535

/** One port for each wanted one, all different; 0 wants any. Throws where not even any port can be had. */
export async function freePorts<Name extends string>(
  wanted: Readonly<Record<Name, number>>,
): Promise<Record<Name, number>> {
  const held = new Map<string, Server>()
  // All are held until the last is found, or the same one would be found twice.
  for (const [name, port] of Object.entries<number>(wanted)) held.set(name, await hold(port))
  const found = [...held].map(([name, server]) => [name, (server.address() as AddressInfo).port])
  for (const server of held.values()) {
    const closed = once(server, 'close')
    server.close()
    await closed
  }
  return Object.fromEntries(found) as Record<Name, number>
}

async function hold(wanted: number): Promise<Server> {
  const last = Math.min(LAST_PORT, wanted + NEAR)
  for (let port = wanted; port !== 0 && port <= last; port++) {
    const server = createServer()
    try {
      await listen(server, port, '127.0.0.1')
      return server
    } catch (error) {
      // A port below 1024 is not for everybody.
      if (errorCode(error) !== 'EADDRINUSE' && errorCode(error) !== 'EACCES') throw error
    }
  }
  const server = createServer()
  await listen(server, 0, '127.0.0.1')
  return server
}
