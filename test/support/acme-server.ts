// A small certificate authority that speaks ACME (RFC 8555) and believes nobody: nonces, signatures and hosts are checked.

import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import { calculateJwkThumbprint, flattenedVerify, importJWK, type JWK } from 'jose'
import { createTestCa, type TestCa } from './certificates.ts'
import { readRequest } from './certificate-request.ts'

/** Every so many signed requests, a good nonce is refused, as real authorities do. */
const REFUSE_EVERY = 5

export interface AcmeServer {
  readonly directory: string
  readonly ca: TestCa
  /** Where every host is asked, one after the other; all have to answer. */
  ports: readonly number[]
  /** Sentence by which orders are refused, or null. */
  refusal: string | null
  /** Names of the orders so far. */
  readonly orders: readonly (readonly string[])[]
  /** Orders that were under way at the same time, at most. */
  readonly most: number
  close(): Promise<void>
}

interface Order {
  readonly names: readonly string[]
  readonly token: string
  readonly thumbprint: string
  status: 'pending' | 'ready' | 'valid' | 'invalid'
  error: object | null
  certPem: string
}

class Refusal extends Error {
  readonly type: string
  readonly status: number

  constructor(type: string, detail: string, status = 400) {
    super(detail)
    this.type = type
    this.status = status
  }
}

export async function startAcmeServer(): Promise<AcmeServer> {
  const ca = await createTestCa('acme')
  const running = new RunningServer(ca)
  const server = createServer((request, response) => void running.serve(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  running.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(running, {
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}

class RunningServer {
  readonly ca: TestCa
  base = ''
  ports: readonly number[] = []
  refusal: string | null = null
  readonly orders: (readonly string[])[] = []
  most = 0
  readonly #nonces = new Set<string>()
  readonly #accounts = new Map<string, JWK>()
  readonly #orders: Order[] = []
  #signed = 0

  constructor(ca: TestCa) {
    this.ca = ca
  }

  get directory(): string {
    return `${this.base}/directory`
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const nonce = randomBytes(16).toString('base64url')
    this.#nonces.add(nonce)
    response.setHeader('replay-nonce', nonce)
    try {
      const [status, value] = await this.#answer(request, response)
      response.writeHead(status)
      response.end(typeof value === 'string' ? value : JSON.stringify(value))
    } catch (error) {
      const { type, status } = error instanceof Refusal ? error : new Refusal('serverInternal', '')
      const detail = (error as Error).message
      response.writeHead(status, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, detail }))
    }
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<readonly [number, object | string]> {
    const { method, url: path = '' } = request
    const at = (name: string): string => `${this.base}/${name}`
    if (path === '/directory') {
      const [newNonce, newAccount, newOrder] = ['nonce', 'account', 'order'].map(at)
      return [200, { newNonce, newAccount, newOrder }]
    }
    if (method === 'HEAD') return [200, '']
    const { payload, jwk } = await this.#signedBy(request, path)
    const [, what = '', id = ''] = path.split('/')
    if (what === 'account') {
      const account = at(`account/${this.#accounts.size + 1}`)
      this.#accounts.set(account, jwk)
      response.setHeader('location', account)
      if (payload?.['termsOfServiceAgreed'] !== true) throw new Refusal('userActionRequired', 'no')
      return [201, { status: 'valid' }]
    }
    if (what === 'order' && id === '') return this.#order(payload, jwk, response)
    const order = this.#orders[Number(id)]
    if (order === undefined) throw new Refusal('malformed', 'there is no such order', 404)
    if (what === 'order') return [200, this.#shown(order, id)]
    if (what === 'finalize') return this.#finalize(order, id, payload)
    if (what === 'certificate') return [200, order.certPem]
    if (what === 'challenge') {
      void this.#validate(order)
      return [200, { status: 'processing' }]
    }
    return [200, this.#authorization(order, path)]
  }

  async #signedBy(request: IncomingMessage, path: string) {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const body = JSON.parse(text) as { protected: string; payload: string; signature: string }
    const head = JSON.parse(Buffer.from(body.protected, 'base64url').toString()) as {
      readonly jwk?: JWK
      readonly kid?: string
      readonly nonce: string
      readonly url: string
    }
    if (request.headers['content-type'] !== 'application/jose+json') {
      throw new Refusal('malformed', 'the content type is wrong')
    }
    const isKnown = this.#nonces.delete(head.nonce)
    this.#signed += 1
    if (!isKnown || this.#signed % REFUSE_EVERY === 0) throw new Refusal('badNonce', 'old nonce')
    if (head.url !== `${this.base}${path}`) throw new Refusal('unauthorized', 'signed for another')
    const jwk = head.kid === undefined ? head.jwk : this.#accounts.get(head.kid)
    if (jwk === undefined) throw new Refusal('accountDoesNotExist', 'who is this?')
    await flattenedVerify(body, await importJWK(jwk, 'ES256'))
    const sent = Buffer.from(body.payload, 'base64url').toString()
    return { jwk, payload: sent === '' ? null : (JSON.parse(sent) as Record<string, unknown>) }
  }

  async #order(
    payload: Record<string, unknown> | null,
    jwk: JWK,
    response: ServerResponse,
  ): Promise<readonly [number, object]> {
    if (this.refusal !== null) throw new Refusal('rateLimited', this.refusal, 429)
    const { identifiers } = payload as { identifiers: readonly { value: string }[] }
    const names = identifiers.map(({ value }) => value)
    const order: Order = {
      names,
      token: randomBytes(16).toString('base64url'),
      thumbprint: await calculateJwkThumbprint(jwk),
      status: 'pending',
      error: null,
      certPem: '',
    }
    const id = String(this.#orders.push(order) - 1)
    this.orders.push(names)
    const under = this.#orders.filter(({ status }) => status === 'pending' || status === 'ready')
    this.most = Math.max(this.most, under.length)
    response.setHeader('location', `${this.base}/order/${id}`)
    return [201, this.#shown(order, id)]
  }

  #shown({ names, status }: Order, id: string): object {
    const authorizations = names.map((_, index) => `${this.base}/authorization/${id}/${index}`)
    const finalize = `${this.base}/finalize/${id}`
    const certificate = status === 'valid' ? `${this.base}/certificate/${id}` : undefined
    return { status, authorizations, finalize, certificate }
  }

  #authorization({ names, token, status, error }: Order, path: string): object {
    const [, , id = '', index = '0'] = path.split('/')
    const own = status === 'ready' ? 'valid' : status
    const url = `${this.base}/challenge/${id}/${index}`
    const challenge = { type: 'tls-alpn-01', url, token, status: own, error }
    const identifier = { type: 'dns', value: names[Number(index)] }
    return { status: own, identifier, challenges: [challenge] }
  }

  async #validate(order: Order): Promise<void> {
    if (order.status !== 'pending') return
    const digest = createHash('sha256').update(`${order.token}.${order.thumbprint}`).digest()
    for (const name of order.names) {
      for (const port of this.ports) {
        const reason = await faultOf(name, port, digest)
        if (reason === '') continue
        order.error = { type: 'urn:ietf:params:acme:error:unauthorized', detail: reason }
        order.status = 'invalid'
        return
      }
    }
    order.status = 'ready'
  }

  async #finalize(
    order: Order,
    id: string,
    payload: Record<string, unknown> | null,
  ): Promise<readonly [number, object]> {
    if (order.status !== 'ready') throw new Refusal('orderNotReady', 'it is not ready', 403)
    const csr = Buffer.from(String(payload?.['csr']), 'base64url').toString('base64')
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${csr}\n-----END CERTIFICATE REQUEST-----\n`
    const serial = `5a${randomBytes(8).toString('hex')}`
    const { names, certPem } = await readRequest(pem, this.ca, serial)
    if (names.join() !== order.names.join()) throw new Refusal('badCSR', 'other names')
    order.certPem = certPem
    order.status = 'valid'
    return [200, this.#shown(order, id)]
  }
}

/** Why a host is not proven, or ''. */
function faultOf(name: string, port: number, digest: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const ALPNProtocols = ['acme-tls/1']
    const to = { host: '127.0.0.1', port, servername: name, ALPNProtocols }
    const socket = connect({ ...to, rejectUnauthorized: false })
    socket.once('secureConnect', () => {
      const raw = socket.getPeerX509Certificate()?.raw
      const isProven = socket.alpnProtocol === 'acme-tls/1' && raw?.includes(digest) === true
      socket.destroy()
      resolve(isProven ? '' : `${name} shows another certificate`)
    })
    socket.on('error', (error) => resolve(`${name} cannot be reached: ${error.message}`))
  })
}
