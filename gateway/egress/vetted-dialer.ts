// Opens the connections of a pool to vetted addresses only: located anew for each, checked again once it stands.

import type { LookupAddress, LookupOptions } from 'node:dns'
import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net'
import {
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
  type ConnectionOptions,
  type SecureContext,
} from 'node:tls'
import { callbackify } from 'node:util'
import type { CanonicalHost } from '../allow/canonical-host.ts'
import { canonicalAddress } from '../../sidecar/forward/address.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { TCP_KEEP_ALIVE_MS, type Dialled, type Dialer } from '../../sidecar/upstream/dialer.ts'
import type { UpstreamTlsPlan } from '../../sidecar/upstream/plan.ts'
import { alternating } from './dial.ts'
import type { Located, Locator } from './locator.ts'

/** The next address is tried when the one before has not answered for this long; the last gets all the time there is. */
const ATTEMPT_MS = 500
/** Addresses tried for one connection. */
const MAX_ATTEMPTS = 4

/** Why a connection was not even tried; the cause of the transport's error. */
export class LocateError extends SallyportError {
  readonly located: Exclude<Located, { kind: 'vetted' }>

  constructor(located: Exclude<Located, { kind: 'vetted' }>) {
    const code = located.kind === 'failed' ? located.reason : 'address_forbidden'
    super(code, 'the destination has no address that may be connected to')
    this.located = located
  }
}

export class VettedDialer implements Dialer {
  readonly isSecure: boolean
  readonly #locator: Locator
  readonly #host: CanonicalHost
  readonly #port: number
  readonly #tls: UpstreamTlsPlan | null
  readonly #context: SecureContext | null
  /** Where the last connection led; tried first. */
  #good: string | null = null
  #speaking: string | null = null

  /** `tls` null: cleartext. Throws where its certificates can not be used, which no plan lets through. */
  constructor(locator: Locator, host: CanonicalHost, port: number, tls: UpstreamTlsPlan | null) {
    this.#locator = locator
    this.#host = host
    this.#port = port
    this.#tls = tls
    this.isSecure = tls !== null
    this.#context = tls === null ? null : contextOf(tls)
  }

  /** While a handler is told of an answer: the address it came from. */
  get speaking(): string | null {
    return this.#speaking
  }

  dial(handOver: boolean, onBytes: (chunk: Buffer) => void): Dialled {
    const dialled = new Set<string>()
    const socket = this.#connect(handOver, this.#lookup(dialled))
    let peer: string | null = null
    const receive = (chunk: Buffer): void => {
      this.#speaking = peer
      onBytes(chunk)
    }
    socket.on('data', receive)
    return {
      socket,
      readyEvent: this.#tls === null ? 'connect' : 'secureConnect',
      borrowed: false,
      refusal: () => {
        peer = canonicalAddress(socket.remoteAddress ?? '')
        if (peer === null || !dialled.has(peer)) {
          const fault = 'the connection led to an address that was not asked for'
          return { code: 'upstream_connect_failed', fault }
        }
        this.#good = peer
        return null
      },
      release: () => socket.off('data', receive),
    }
  }

  #connect(handOver: boolean, lookup: LookupFunction): Socket {
    const address = {
      // Never an address, so that the look-up below is always asked.
      host: this.#host.kind === 'name' ? this.#host.name : 'address.invalid',
      port: this.#port,
      lookup,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
      allowHalfOpen: handOver,
    }
    const socket = this.#context === null ? connectTcp(address) : this.#connectTls(address)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS)
    return socket
  }

  #connectTls(address: ConnectionOptions): Socket {
    const name = this.#tls?.serverName ?? (this.#host.kind === 'name' ? this.#host.name : '')
    // No session is ever offered: a resumed one repeats no check.
    return connectTls({
      ...address,
      secureContext: this.#context!,
      rejectUnauthorized: true,
      servername: name,
      checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
      ALPNProtocols: ['http/1.1'],
    })
  }

  #lookup(dialled: Set<string>): LookupFunction {
    return callbackify((_hostname: string, _options: LookupOptions) => this.#addresses(dialled))
  }

  /** What may be dialled now, in the order to be tried; rejects with a LocateError where nothing may. */
  async #addresses(dialled: Set<string>): Promise<LookupAddress[]> {
    const located = await this.#locator.locate(this.#host, this.#port)
    if (located.kind !== 'vetted') throw new LocateError(located)
    const addresses = goodFirst(alternating(located.addresses), this.#good)
    return addresses.slice(0, MAX_ATTEMPTS).map((address) => {
      dialled.add(address)
      return { address, family: address.includes(':') ? 6 : 4 }
    })
  }
}

function goodFirst(addresses: readonly string[], good: string | null): readonly string[] {
  if (good === null || !addresses.includes(good)) return addresses
  return [good, ...addresses.filter((each) => each !== good)]
}

function contextOf(tls: UpstreamTlsPlan): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(tls.caPem === null ? {} : { ca: tls.caPem }),
    ...(tls.certPem === null ? {} : { cert: tls.certPem }),
    ...(tls.keyPem === null ? {} : { key: tls.keyPem }),
  })
}
