// Asks a listener by a TLS handshake which certificate it shows: the proof that does not depend on what anybody says.

import type { X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'
import type { Clock } from '../../../sidecar/runtime/clock.ts'

const ANSWER_MS = 3000

export interface Asked {
  readonly host: string
  readonly port: number
  /** null: as a client that names no host. */
  readonly serverName: string | null
}

/** The leaf that is shown, whoever issued it. Rejects with the system's error, or where nothing came in time. */
export function shownCertificate(
  { host, port, serverName }: Asked,
  clock: Pick<Clock, 'after'>,
): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      // It is looked at and nothing is sent: whether it can be trusted is not the question here.
      rejectUnauthorized: false,
      ...(serverName === null ? {} : { servername: serverName }),
    })
    const cancel = clock.after(ANSWER_MS, () => socket.destroy(new Error('no answer in time')))
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate()
      socket.destroy()
      cancel()
      if (certificate === undefined) reject(new Error('it showed no certificate'))
      else resolve(certificate)
    })
    socket.once('error', (error) => {
      cancel()
      reject(error)
    })
  })
}

/** A name to ask with for a certificate of these names; null where it has addresses alone. */
export function askableName(names: readonly string[]): string | null {
  const host = names.find((name) => /[a-z]/.test(name) && !name.includes(':'))
  return host?.replace(/^\*/, 'sallyport-check') ?? null
}

/** Where a process of this machine reaches a listener that is bound to `host`. */
export function ownAddress(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
