// Documents of a fleet, in Redis: a hash of text and version each, written by a script that compares the version first.

import type { Cluster, Redis } from 'ioredis'
import { MAX_DOCUMENT_BYTES, type Document, type Documents } from './documents.ts'

/** KEYS: document. ARGV: expected version, text. */
const WRITE = `
local version = redis.call('HGET', KEYS[1], 'version') or '0'
if version ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', tostring(tonumber(version) + 1), 'text', ARGV[2])
return 1
`

export class RedisDocuments implements Documents {
  readonly #client: Redis | Cluster
  readonly #prefix: string

  /** Does not close `client` (of connectRedis). */
  constructor(client: Redis | Cluster, prefix: string) {
    this.#client = client
    this.#prefix = prefix
  }

  /** `known`: answered again where its version is still that of now, without its text crossing the network. */
  async read(name: string, known: Document | null = null): Promise<Document> {
    if (known !== null) {
      const version = await this.#client.hget(this.#key(name), 'version')
      if (Number(version ?? 0) === known.version) return known
    }
    const [version, text] = await this.#client.hmget(this.#key(name), 'version', 'text')
    return { version: Number(version ?? 0), text: text ?? '' }
  }

  async write(name: string, text: string, version: number): Promise<boolean> {
    if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) {
      throw new RangeError(`${name} has more than ${MAX_DOCUMENT_BYTES} bytes`)
    }
    return (await this.#client.eval(WRITE, 1, this.#key(name), String(version), text)) === 1
  }

  #key(name: string): string {
    return `${this.#prefix}:document:${name}`
  }
}
