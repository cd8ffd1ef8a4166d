// Which certificate a TLS client is shown, by SNI; swapped whole while handshakes go on.

import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { constants } from 'node:crypto'
import type { CertificatePlan, TlsPlan } from '../config/plan.ts'

/** Forward-secret AEAD suites only (RFC 9325 section 4.2); TLS 1.3 suites come with OpenSSL's defaults. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

export class ServerContexts {
  #exact = new Map<string, SecureContext>()
  #wildcards = new Map<string, SecureContext>()
  #default!: SecureContext
  #options!: SecureContextOptions

  constructor(plan: TlsPlan) {
    this.update(plan)
  }

  /** Throws where OpenSSL refuses the material, and then nothing has changed. */
  update(plan: TlsPlan): void {
    const exact = new Map<string, SecureContext>()
    const wildcards = new Map<string, SecureContext>()
    let first: SecureContext | null = null
    for (const certificate of plan.certificates) {
      const context = createSecureContext(contextOptions(plan, certificate))
      first ??= context
      for (const name of certificate.names) {
        const map = name.startsWith('*.') ? wildcards : exact
        const key = name.startsWith('*.') ? name.slice(1) : name
        // Listed first wins: a later file never takes a name away from an earlier one.
        if (!map.has(key)) map.set(key, context)
      }
    }
    this.#exact = exact
    this.#wildcards = wildcards
    this.#options = contextOptions(plan, plan.certificates[0] ?? null)
    // Without any certificate every handshake fails, whatever the client offers.
    this.#default = first ?? createSecureContext(this.#options)
  }

  /** Options of the context that serves clients without SNI. */
  defaultOptions(): SecureContextOptions {
    return this.#options
  }

  /** Node's SNICallback. It must never throw: that would take the process with it (CVE-2026-21637). */
  readonly select = (
    serverName: string,
    callback: (error: Error | null, context?: SecureContext) => void,
  ): void => {
    callback(null, this.contextFor(serverName))
  }

  contextFor(serverName: string): SecureContext {
    const name = serverName.toLowerCase().replace(/\.$/, '')
    const exact = this.#exact.get(name)
    if (exact !== undefined) return exact
    const dot = name.indexOf('.')
    const wildcard = dot === -1 ? undefined : this.#wildcards.get(name.slice(dot))
    return wildcard ?? this.#default
  }
}

/** Throws where OpenSSL refuses the material of a plan. */
export function checkTls(plan: TlsPlan): void {
  for (const certificate of plan.certificates)
    createSecureContext(contextOptions(plan, certificate))
}

/** `certificate` null: there is none yet. */
function contextOptions(plan: TlsPlan, certificate: CertificatePlan | null): SecureContextOptions {
  const withClients = plan.clientCaPem !== null
  return {
    ...(certificate === null ? {} : { cert: certificate.certPem, key: certificate.keyPem }),
    minVersion: plan.minVersion,
    ciphers: CIPHERS,
    honorCipherOrder: true,
    // A resumed session skips the check of the client's certificate, so with client CAs there is no resumption.
    secureOptions:
      constants.SSL_OP_NO_RENEGOTIATION | (withClients ? constants.SSL_OP_NO_TICKET : 0),
    ...(plan.clientCaPem === null ? {} : { ca: plan.clientCaPem }),
  }
}
