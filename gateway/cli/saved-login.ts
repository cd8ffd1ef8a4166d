// The login that `sallyport login` keeps for the commands after it: a server, a token, and the CA to trust.

import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Type, type Static } from 'typebox'
import { check } from '../../sidecar/runtime/check.ts'

const Login = Type.Object({
  /** https://HOST:PORT */
  server: Type.String(),
  token: Type.String(),
  caPem: Type.Union([Type.String(), Type.Null()]),
})
export type SavedLogin = Static<typeof Login>

type Env = Readonly<Record<string, string | undefined>>

/** Null where there is no home to keep it in. */
export function loginFile(env: Env): string | null {
  const { XDG_CONFIG_HOME: config, HOME: home } = env
  const folder = config ?? (home === undefined ? undefined : join(home, '.config'))
  return folder === undefined ? null : join(folder, 'sallyport', 'login.json')
}

/** Null where there is none that can be used. */
export function readLogin(env: Env): SavedLogin | null {
  const file = loginFile(env)
  if (file === null) return null
  try {
    const login = JSON.parse(readFileSync(file, 'utf8')) as SavedLogin
    return check(Login, login, () => undefined) ? login : null
  } catch {
    return null
  }
}

/** For its owner alone. */
export function writeLogin(file: string, login: SavedLogin): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  rmSync(file, { force: true })
  writeFileSync(file, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  chmodSync(file, 0o600)
}
