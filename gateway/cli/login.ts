// `sallyport login`: keeps a server and a token for the commands after it. Secrets come from standard input.

import { readFileSync, rmSync } from 'node:fs'
import { errorMessage, SallyportError } from '../../sidecar/runtime/errors.ts'
import { ApiFailure, callApi, type ApiTarget } from './api-client.ts'
import type { Command, CommandArguments, CommandContext } from './command.ts'
import { ExitCode } from './exit-codes.ts'
import { loginFile, writeLogin } from './saved-login.ts'
import { readSecret, type ReadSecret } from './secret-input.ts'

const USAGE =
  'sallyport login --server URL [--user NAME] [--ca-file FILE] [--expires 30d] | --forget'

export function loginCommand(secret: ReadSecret): Command {
  return {
    usage: USAGE,
    options: {
      server: { type: 'string' },
      user: { type: 'string' },
      'ca-file': { type: 'string' },
      expires: { type: 'string' },
      forget: { type: 'boolean' },
    },
    async run(args, context) {
      try {
        return await logIn(args, context, secret)
      } catch (error) {
        context.talk(`sallyport login: ${errorMessage(error)}\n`)
        if (error instanceof ApiFailure) return exitCodeOf(error)
        if (!(error instanceof SallyportError) || error.code !== 'usage') return ExitCode.failure
        context.talk(`usage: ${USAGE}\n`)
        return ExitCode.usage
      }
    },
  }
}

export const login = loginCommand(readSecret)

async function logIn(
  { values, positionals }: CommandArguments,
  { env, talk }: CommandContext,
  secret: ReadSecret,
): Promise<number> {
  const file = loginFile(env)
  if (file === null) throw usage('there is no HOME to keep a login in')
  if (values['forget'] === true) {
    rmSync(file, { force: true })
    talk('forgotten; to revoke the token, remove it with `sallyport token remove`\n')
    return ExitCode.ok
  }
  const { server, user, expires, 'ca-file': caFile } = values as Record<string, string | undefined>
  const url = server === undefined ? null : URL.parse(server)
  if (url?.protocol !== 'https:' || positionals.length > 0) {
    throw usage('name the server: --server https://HOST:PORT')
  }
  const caPem = caFile === undefined ? null : read(caFile)
  const target = (token: string): ApiTarget => ({ kind: 'server', url, token, caPem })
  const token =
    user === undefined
      ? await secret('API token', talk)
      : await signedIn(target(''), user, expires, (prompt) => secret(prompt, talk))
  const { name, role } = (await callApi(target(token), 'GET', '/api/v1/me')) as {
    name: string
    role: string
  }
  writeLogin(file, { server: url.origin, token, caPem })
  talk(`${name} (${role}) at ${url.origin}; kept in ${file}\n`)
  return ExitCode.ok
}

/** A code is asked for where the account has a second factor. */
async function signedIn(
  target: ApiTarget,
  name: string,
  expiresIn: string | undefined,
  ask: (prompt: string) => Promise<string>,
): Promise<string> {
  const password = await ask(`password for ${name}`)
  const body = { name, password, tokenName: 'login', ...(expiresIn && { expiresIn }) }
  try {
    return await tokenFor(target, body)
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.code !== 'second_factor_needed') throw error
    const code = await ask('code of the authenticator app, or a recovery code')
    return tokenFor(target, { ...body, code })
  }
}

/** The operation is open to anyone, so that the empty token of `target` is not looked at. */
async function tokenFor(target: ApiTarget, body: object): Promise<string> {
  const { secret } = (await callApi(target, 'POST', '/api/v1/tokens:login', body)) as {
    secret: string
  }
  return secret
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw usage(`cannot read ${file}: ${errorMessage(error)}`)
  }
}

function exitCodeOf({ code, status }: ApiFailure): number {
  if (code === 'unreachable') return ExitCode.unreachable
  return status === 401 || status === 403 ? ExitCode.notPermitted : ExitCode.failure
}

function usage(message: string): SallyportError {
  return new SallyportError('usage', message)
}
