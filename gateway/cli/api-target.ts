// Which control plane a command talks to: the one of a configuration file or data folder here, or a server with a token.

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { controlSocketPath } from '../control/admin/local-socket.ts'
import { readDocument } from '../config/document.ts'
import { errorMessage, SallyportError } from '../../sidecar/runtime/errors.ts'
import type { ApiTarget } from './api-client.ts'
import type { CommandArguments, CommandContext } from './command.ts'

/** Options of every command that talks to the control plane. */
export const TARGET_OPTIONS = {
  config: { type: 'string', short: 'c' },
  'data-dir': { type: 'string' },
  server: { type: 'string' },
  'token-file': { type: 'string' },
  'ca-file': { type: 'string' },
} as const

export const TARGET_USAGE = '[-c FILE | --data-dir DIR | --server URL --token-file FILE]'

const DEFAULT_FILE = 'sallyport.yaml'

/** Throws SallyportError `usage` with a sentence that says what to write. */
export function apiTarget(
  { values }: Pick<CommandArguments, 'values'>,
  { env }: Pick<CommandContext, 'env'>,
): ApiTarget {
  const text = (name: keyof typeof TARGET_OPTIONS): string | null => {
    const value = values[name]
    return typeof value === 'string' ? value : null
  }
  const server = text('server') ?? env['SALLYPORT_SERVER'] ?? null
  if (server !== null) return remote(server, text('token-file'), text('ca-file'), env)
  const dataDir = text('data-dir') ?? env['SALLYPORT_DATA_DIR'] ?? null
  if (dataDir !== null) return { kind: 'socket', path: controlSocketPath(resolve(dataDir)) }
  const file = text('config') ?? DEFAULT_FILE
  return { kind: 'socket', path: controlSocketPath(dataDirOf(file)) }
}

function remote(
  server: string,
  tokenFile: string | null,
  caFile: string | null,
  env: CommandContext['env'],
): ApiTarget {
  const url = URL.parse(server)
  if (url?.protocol !== 'https:') {
    throw new SallyportError('usage', `--server: write https://HOST:PORT, not \`${server}\``)
  }
  const token = tokenFile === null ? env['SALLYPORT_TOKEN'] : read(tokenFile).trim()
  if (token === undefined) {
    throw new SallyportError(
      'usage',
      'a server wants an API token: --token-file FILE or SALLYPORT_TOKEN',
    )
  }
  return { kind: 'server', url, token, caPem: caFile === null ? null : read(caFile) }
}

/** As the file says it, without a look at anything else in it. */
function dataDirOf(file: string): string {
  const document = readDocument(read(file))
  const { dataDir } = (document.isReadable ? (document.value ?? {}) : {}) as { dataDir?: unknown }
  const folder = typeof dataDir === 'string' ? dataDir : './data'
  return resolve(dirname(resolve(file)), folder)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const fix = 'name the configuration with -c FILE, or the data folder with --data-dir DIR'
    throw new SallyportError('usage', `cannot read ${file} (${errorMessage(error)}): ${fix}`)
  }
}
