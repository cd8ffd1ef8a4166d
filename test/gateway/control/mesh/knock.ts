// Knocks at the mesh door with plain HTTPS: any request, with or without a certificate, as nobody's client would.

import { request } from 'node:https'
import type { IdentitySource, TrustBundle } from '../../../../sidecar/identity/svid.ts'

export interface Knock {
  readonly method?: string
  readonly path: string
  /** Sent as JSON; a Buffer as it is. */
  readonly body?: unknown
  /** Sent in chunks, without a length. */
  readonly chunked?: boolean
  readonly headers?: Readonly<Record<string, string>>
  /** Certificate and key to show. */
  readonly show?: { readonly certPem: string; readonly keyPem: string }
}

export interface KnockAnswer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export function knock(url: string, trust: TrustBundle, what: Knock): Promise<KnockAnswer> {
  const { method = 'POST', path, body, headers = {}, show, chunked = false } = what
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body ?? {}))
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: hostname,
        port,
        method,
        path,
        agent: false,
        ca: [...trust.rootPems],
        checkServerIdentity: () => undefined,
        headers: {
          'content-type': 'application/json',
          ...(chunked
            ? { 'transfer-encoding': 'chunked' }
            : { 'content-length': String(bytes.length) }),
          ...headers,
        },
        ...(show === undefined ? {} : { cert: show.certPem, key: show.keyPem }),
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({
            status: response.statusCode ?? 0,
            body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
            headers: response.headers,
          })
        })
      },
    )
    asked.on('error', reject)
    asked.end(method === 'GET' ? undefined : bytes)
  })
}

export function shown({ svid }: IdentitySource): { certPem: string; keyPem: string } {
  return { certPem: svid.certPem, keyPem: svid.keyPem }
}
