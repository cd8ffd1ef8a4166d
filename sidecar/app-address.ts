// Where the app is: on loopback or behind a UNIX socket, and nowhere else unless that is said out loud.

import { isIP } from 'node:net'

export type AppAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

export interface AppRules {
  /** `--app-not-loopback` was written. */
  readonly offLoopback: boolean
  readonly production: boolean
  /** Ports of the sidecar itself: a call must never come back to them. */
  readonly ownPorts: readonly number[]
  readonly wrong: (message: string, fix: string) => void
}

const TCP = /^http:\/\/(?:\[([^\]/]+)\]|([^:/[\]@?#]+)):(\d{1,5})\/?$/
/** sun_path of unix(7), less its end mark. */
const MAX_PATH_BYTES = 107

/** Reads `http://ADDRESS:PORT` or `unix:/PATH`; what is wrong is reported, and '' is taken for reported already. */
export function readApp(text: string, rules: AppRules): AppAddress {
  if (text.startsWith('unix:')) return readUnix(text.slice(5), rules)
  const match = TCP.exec(text)
  const host = match?.[1] ?? match?.[2] ?? ''
  const port = Number(match?.[3])
  const app: AppAddress = { kind: 'tcp', host: host === 'localhost' ? '127.0.0.1' : host, port }
  if (text === '') return app
  if (match === null || port < 1 || port > 65_535) {
    const fix = 'write http://127.0.0.1:PORT or unix:/PATH'
    rules.wrong(`\`${withoutUser(text)}\` is not the address of an app`, fix)
  } else if (isIP(app.host) === 0) {
    const fix = 'write its address, so that no name server decides where requests go'
    rules.wrong(`\`${host}\` is a name`, fix)
  } else checkPlace(app.host, port, rules)
  return app
}

/** `127.0.0.1:3001`, `[::1]:3001` or the path of a socket: for logs and as Host of health checks. */
export function appText(app: AppAddress): string {
  if (app.kind === 'unix') return app.path
  return app.host.includes(':') ? `[${app.host}]:${app.port}` : `${app.host}:${app.port}`
}

function checkPlace(host: string, port: number, rules: AppRules): void {
  const isLoopback = host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
  if (!isLoopback && (rules.production || !rules.offLoopback)) {
    const fix = rules.production
      ? 'run the sidecar beside the app and write http://127.0.0.1:PORT or unix:/PATH'
      : 'write http://127.0.0.1:PORT or unix:/PATH, or add --app-not-loopback to send cleartext over the network'
    rules.wrong(`${host} is not this machine`, fix)
  }
  if (isLoopback && rules.ownPorts.includes(port)) {
    rules.wrong(`port ${port} is the sidecar's own`, 'write the port of the app')
  }
}

function readUnix(path: string, { wrong }: AppRules): AppAddress {
  if (!path.startsWith('/')) wrong(`\`${path}\` is not an absolute path`, 'write unix:/PATH')
  else if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    wrong('the path is too long for a socket', `use at most ${MAX_PATH_BYTES} bytes`)
  }
  return { kind: 'unix', path }
}

function withoutUser(url: string): string {
  return url.slice(url.lastIndexOf('@') + 1)
}
