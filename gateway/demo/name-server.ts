// A name server on loopback that knows the demo's own hosts and asks the system's about all others (RFC 1035). For the demo only.

import { createSocket, type RemoteInfo } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'

export interface NameServer {
  /** `ADDRESS:PORT` */
  readonly address: string
  close(): void
}

interface Question {
  readonly name: string
  readonly type: number
  /** Where it ends in its message. */
  readonly end: number
}

const HEADER_BYTES = 12
const TYPE_A = 1
const NXDOMAIN = 3
/** A response to a recursive query, recursion available. */
const RESPONSE_FLAGS = 0x8180
/** The name that stands at the end of the header. */
const SAME_NAME = 0xc000 | HEADER_BYTES
const TTL_SECONDS = 5
/** Names that others are being asked about; a query beyond them stays without an answer. */
const MAX_ASKED = 64

/**
 * `own`: IPv4 address by lower-case name; `ask`: those of any other name, or it rejects. Only questions for IPv4 addresses
 * get any.
 */
export async function startNameServer(
  own: ReadonlyMap<string, string>,
  ask: (name: string) => Promise<readonly string[]> = askSystem(),
): Promise<NameServer> {
  const socket = createSocket('udp4')
  let isOpen = true
  let asked = 0
  const addressesOf = async ({ name, type }: Question): Promise<readonly string[]> => {
    const known = own.get(name)
    if (type !== TYPE_A) return []
    return known === undefined ? ask(name) : [known]
  }
  const answer = async (query: Buffer, peer: RemoteInfo): Promise<void> => {
    const question = readQuestion(query)
    if (question === null || asked >= MAX_ASKED) return
    asked++
    const addresses = await addressesOf(question).catch(() => null)
    asked--
    if (isOpen) socket.send(response(query, question, addresses), peer.port, peer.address)
  }
  socket.on('message', (query, peer) => void answer(query, peer))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    close() {
      isOpen = false
      socket.close()
    },
  }
}

function askSystem(): (name: string) => Promise<readonly string[]> {
  const system = new Resolver({ timeout: 1000, tries: 2 })
  return (name) => system.resolve4(name)
}

/** Null for what is no query with a plain name. */
function readQuestion(message: Buffer): Question | null {
  const labels: string[] = []
  for (let at = HEADER_BYTES; at < message.length;) {
    const length = message[at]!
    const next = at + 1 + length
    if (length === 0) {
      if (next + 4 > message.length) return null
      const type = message.readUInt16BE(next)
      return { name: labels.join('.').toLowerCase(), type, end: next + 4 }
    }
    labels.push(message.toString('latin1', at + 1, next))
    at = next
  }
  return null
}

/** `addresses` null: there is no such name. */
function response(query: Buffer, { end }: Question, addresses: readonly string[] | null): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  query.copy(header, 0, 0, 2)
  header.writeUInt16BE(RESPONSE_FLAGS | (addresses === null ? NXDOMAIN : 0), 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(addresses?.length ?? 0, 6)
  const question = query.subarray(HEADER_BYTES, end)
  return Buffer.concat([header, question, ...(addresses ?? []).map(addressRecord)])
}

function addressRecord(address: string): Buffer {
  const record = Buffer.alloc(16)
  record.writeUInt16BE(SAME_NAME, 0)
  record.writeUInt16BE(TYPE_A, 2)
  record.writeUInt16BE(1, 4)
  record.writeUInt32BE(TTL_SECONDS, 6)
  record.writeUInt16BE(4, 10)
  record.set(address.split('.').map(Number), 12)
  return record
}
