// A DNS server on UDP that answers from a table and counts every query (RFC 1035 section 4).

import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'

export type DnsAnswer =
  | {
      readonly kind: 'addresses'
      readonly a: readonly string[]
      /** IPv6 addresses written in full: eight groups. */
      readonly aaaa?: readonly string[]
      readonly ttl?: number
      /** The name that the asked one is another name for. */
      readonly alias?: string
    }
  /** RCODE: 2 SERVFAIL, 3 NXDOMAIN. */
  | { readonly kind: 'fault'; readonly rcode: number }
  | { readonly kind: 'silent' }

interface Query {
  readonly name: string
  readonly type: 'A' | 'AAAA' | 'other'
}

export class DnsServer {
  readonly #socket = createSocket('udp4')
  readonly answers = new Map<string, () => DnsAnswer>()
  readonly queries: Query[] = []

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`
  }

  async open(): Promise<void> {
    this.#socket.on('message', (message, peer) => this.#answer(message, peer))
    this.#socket.bind(0, '127.0.0.1')
    await once(this.#socket, 'listening')
  }

  async close(): Promise<void> {
    this.#socket.close()
    await once(this.#socket, 'close')
  }

  #answer(message: Buffer, peer: RemoteInfo): void {
    const { name, end } = readName(message, 12)
    const code = message.readUInt16BE(end)
    const type = code === 1 ? 'A' : code === 28 ? 'AAAA' : 'other'
    this.queries.push({ name, type })
    const answer = this.answers.get(name)?.() ?? { kind: 'fault', rcode: 3 }
    if (answer.kind === 'silent') return
    const question = message.subarray(12, end + 4)
    const records = answer.kind === 'addresses' ? recordsOf(answer, type) : []
    const header = Buffer.alloc(12)
    message.copy(header, 0, 0, 2)
    header.writeUInt16BE(0x8180 | (answer.kind === 'fault' ? answer.rcode : 0), 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(records.length, 6)
    this.#socket.send(Buffer.concat([header, question, ...records]), peer.port, peer.address)
  }
}

export async function startDnsServer(): Promise<DnsServer> {
  const server = new DnsServer()
  await server.open()
  return server
}

function recordsOf(
  { a, aaaa = [], ttl = 60, alias }: Extract<DnsAnswer, { kind: 'addresses' }>,
  type: Query['type'],
): Buffer[] {
  const owner = alias === undefined ? Buffer.from([0xc0, 12]) : nameBytes(alias)
  const first =
    alias === undefined ? [] : [record(Buffer.from([0xc0, 12]), 5, ttl, nameBytes(alias))]
  if (type === 'A') {
    return [
      ...first,
      ...a.map((each) => record(owner, 1, ttl, Buffer.from(each.split('.').map(Number)))),
    ]
  }
  if (type !== 'AAAA') return first
  return [...first, ...aaaa.map((each) => record(owner, 28, ttl, ipv6Bytes(each)))]
}

function ipv6Bytes(address: string): Buffer {
  return Buffer.from(
    address
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
    'hex',
  )
}

function record(owner: Buffer, type: number, ttl: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(type, 0)
  fixed.writeUInt16BE(1, 2)
  fixed.writeUInt32BE(ttl, 4)
  fixed.writeUInt16BE(data.length, 8)
  return Buffer.concat([owner, fixed, data])
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]))
  return Buffer.concat([...labels, Buffer.from([0])])
}

function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = []
  let at = start
  while (message[at] !== 0) {
    const length = message[at]!
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}
