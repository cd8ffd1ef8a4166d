// The control socket in the data folder: whoever the file system lets open it is the local administrator.

import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Principal } from './operation.ts'

export const LOCAL_PRINCIPAL: Principal = {
  kind: 'local',
  name: 'local',
  role: 'admin',
  token: '',
  scope: [],
  isFederated: false,
}

/** A UNIX socket's path may have about 100 bytes; a longer data folder needs a shorter name. */
const MAX_PATH_BYTES = 104

export function controlSocketPath(dataDir: string): string {
  return join(dataDir, 'control.sock')
}

/** Listens for the owner of the data folder alone; what a dead process left there is removed. Throws where it cannot. */
export async function listenLocally(app: FastifyInstance, dataDir: string): Promise<void> {
  const path = controlSocketPath(dataDir)
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new RangeError(`the path of the control socket is too long for a socket: ${path}`)
  }
  rmSync(path, { force: true })
  // The folder is 0700, so nobody else gets there in the moment before the mode is set.
  await app.listen({ path })
  chmodSync(path, 0o600)
}
