// Which control plane a command talks to: the one of a configuration file or data folder here, a server with a token, or
// the one of the login that was kept, where nothing else is named and no configuration lies here.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { controlSocketPath } from '../control/admin/local-socket.ts'
import { readDocument } from '../config/document.ts'
import { errorMessage, SallyportError } from '../../sidecar/runtime/errors.ts'
import type { ApiTarget } from './api-client.ts'
import type { CommandArguments, CommandContext } from './command.ts'
import { readLogin } from './saved-login.ts'

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
  const named = text('config')
  const login = named === null && !existsSync(DEFAULT_FILE) ? readLogin(env) : null
  if (login !== null) {
    const { token, caPem } = login
    return { kind: 'server', url: new URL(login.server), token, caPem }
  }
  const file = named ?? DEFAULT_FILE
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
  const login = savedFor(url, env)
  const token = tokenFile === null ? (env['SALLYPORT_TOKEN'] ?? login?.token) : read(tokenFile)
  if (token === undefined) {
    throw new SallyportError(
      'usage',
      'a server wants an API token: --token-file FILE, SALLYPORT_TOKEN or `sallyport login`',
    )
  }
  const caPem = caFile === null ? (login?.caPem ?? null) : read(caFile)
  return { kind: 'server', url, token: token.trim(), caPem }
}

/** Its token goes to no other server. */
function savedFor(url: URL, env: CommandContext['env']): ReturnType<typeof readLogin> {
  const login = readLogin(env)
  return login !== null && URL.parse(login.server)?.origin === url.origin ? login : null
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
