// A certificate authority as one account of ours speaks to it: signed requests, each with a nonce (RFC 8555 section 6).

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, FlattenedSign, type JWK } from 'jose'
import { isTrustworthyUrl } from '../../../auth/fetch-json.ts'
import type { Clock } from '../../../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../../../sidecar/runtime/errors.ts'
import { refusalOf } from './refusal.ts'
import type { AcmeReply, AskAuthority } from './request.ts'

/** A nonce is refused where the authority has forgotten it; a fresh one comes with the refusal. */
const MAX_TRIES = 4
const LOCATION = /^https?:\/\//

export interface AuthorityOptions {
  /** Of the directory. */
  readonly url: string
  readonly caPem: string | null
  /** PKCS#8 of a P-256 key, PEM. */
  readonly accountKeyPem: string
  readonly ask: AskAuthority
  readonly clock: Pick<Clock, 'wallMs'>
}

/** What the authority answered, read. */
export interface Answer {
  /** Parsed JSON, or null where it is none. */
  readonly value: Readonly<Record<string, unknown>> | null
  readonly text: string
  /** '' where there is none. */
  readonly location: string
  readonly retryAfter: string | undefined
}

interface Directory {
  readonly newNonce: string
  readonly newAccount: string
  readonly newOrder: string
}

export class Authority {
  readonly #options: AuthorityOptions
  readonly #key: KeyObject
  readonly #jwk: JWK
  /** Of the account's key, as it stands in every key authorization. */
  readonly thumbprint: string
  readonly directory: Directory
  #account = ''
  #nonce: string | null = null

  /** Reads the directory and opens the account, or finds it again. Rejects with the authority's refusal. */
  static async open(options: AuthorityOptions, email: string): Promise<Authority> {
    const key = createPrivateKey(options.accountKeyPem)
    const { kty, crv, x, y } = await exportJWK(createPublicKey(key))
    const jwk = { kty, crv, x, y } as JWK
    const thumbprint = await calculateJwkThumbprint(jwk)
    const directory = await readDirectory(options)
    const authority = new Authority(options, key, jwk, thumbprint, directory)
    const { location } = await authority.post(directory.newAccount, {
      termsOfServiceAgreed: true,
      contact: [`mailto:${email}`],
    })
    if (!LOCATION.test(location)) throw broken('it names no account')
    authority.#account = location
    return authority
  }

  private constructor(
    options: AuthorityOptions,
    key: KeyObject,
    jwk: JWK,
    thumbprint: string,
    directory: Directory,
  ) {
    this.#options = options
    this.#key = key
    this.#jwk = jwk
    this.thumbprint = thumbprint
    this.directory = directory
  }

  /** `payload` null only reads (POST-as-GET). Rejects with AuthorityRefusal, or `acme_unreachable`. */
  async post(url: string, payload: object | null): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const reply = await this.#send(url, payload)
      if (reply.status < 400) return answerOf(reply)
      const { clock } = this.#options
      const { 'retry-after': retryAfter } = reply.headers
      const refusal = refusalOf(reply.status, parsed(reply.text), retryAfter, clock.wallMs())
      if (refusal.code !== 'acme_badNonce' || tries === MAX_TRIES) throw refusal
    }
  }

  async #send(url: string, payload: object | null): Promise<AcmeReply> {
    const { ask, caPem } = this.#options
    const nonce = await this.#takeNonce()
    const who = this.#account === '' ? { jwk: this.#jwk } : { kid: this.#account }
    const bytes = new TextEncoder().encode(payload === null ? '' : JSON.stringify(payload))
    const body = await new FlattenedSign(bytes)
      .setProtectedHeader({ alg: 'ES256', nonce, url, ...who })
      .sign(this.#key)
    const reply = await ask({ url, method: 'POST', body: JSON.stringify(body), caPem })
    this.#nonce = reply.headers['replay-nonce'] ?? null
    return reply
  }

  async #takeNonce(): Promise<string> {
    const kept = this.#nonce
    this.#nonce = null
    if (kept !== null) return kept
    const { ask, caPem } = this.#options
    const { newNonce: url } = this.directory
    const { headers } = await ask({ url, method: 'HEAD', body: '', caPem })
    const fresh = headers['replay-nonce']
    if (fresh === undefined) throw broken('it gives no nonce')
    return fresh
  }
}

async function readDirectory({ url, caPem, ask, clock }: AuthorityOptions): Promise<Directory> {
  const { status, text, headers } = await ask({ url, method: 'GET', body: '', caPem })
  const value = parsed(text)
  if (status !== 200) throw refusalOf(status, value, headers['retry-after'], clock.wallMs())
  const isPlain = new URL(url).protocol === 'http:'
  const at = (name: string): string => {
    const found = value?.[name]
    const parsedUrl = typeof found === 'string' ? URL.parse(found) : null
    if (parsedUrl === null || !isTrustworthyUrl(parsedUrl)) throw broken(`${name} is no URL`)
    // What was asked over TLS never goes on without.
    if (!isPlain && parsedUrl.protocol === 'http:') throw broken(`${name} is not https`)
    return parsedUrl.href
  }
  return {
    newNonce: at('newNonce'),
    newAccount: at('newAccount'),
    newOrder: at('newOrder'),
  }
}

/** The other side does not keep to the protocol. */
export function broken(what: string): SallyportError {
  return new SallyportError('acme_broken', `the directory is not one of RFC 8555: ${what}`)
}

function answerOf({ text, headers }: AcmeReply): Answer {
  const { location = '', 'retry-after': retryAfter } = headers
  return { value: parsed(text), text, location, retryAfter }
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
