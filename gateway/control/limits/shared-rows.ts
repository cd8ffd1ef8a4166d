// What the nodes of a fleet tell each other about limits, in one hash of Redis: whom they refused, what they obey.

import type { Cluster, Redis } from 'ioredis'
import type { RefusedEntry } from '../../limit/refusals.ts'

export interface NodeRow {
  /** Of the process; unlike any other. */
  readonly id: string
  /** What people call the node. */
  readonly name: string
  /** Of the measures that all workers of the node obey. */
  readonly version: number
  readonly limited: readonly RefusedEntry[]
}

/** A node that told nothing for so long is not waited for, and what it counted is not shown any more. */
export const ROW_LIFE_MS = 6000

/** KEYS: hash. ARGV: id, row. */
const TELL = `
redis.call('HSET', KEYS[1], ARGV[1], redis.call('TIME')[1] .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], 60000)
return 1
`

/** KEYS: hash. ARGV: life in seconds. Answers the rows that are young enough, and forgets the others. */
const ROWS = `
local now = tonumber(redis.call('TIME')[1])
local found = redis.call('HGETALL', KEYS[1])
local out = {}
for i = 1, #found, 2 do
  local at, row = string.match(found[i + 1], '^(%d+) (.*)$')
  if at and now - tonumber(at) < tonumber(ARGV[1]) then out[#out + 1] = row
  else redis.call('HDEL', KEYS[1], found[i]) end
end
return out
`

export class SharedRows {
  readonly #client: Redis | Cluster
  readonly #key: string

  /** Does not close `client` (of connectRedis). */
  constructor(client: Redis | Cluster, prefix: string) {
    this.#client = client
    this.#key = `${prefix}:limit-nodes`
  }

  async tell(row: NodeRow): Promise<void> {
    await this.#client.eval(TELL, 1, this.#key, row.id, JSON.stringify(row))
  }

  async rows(): Promise<readonly NodeRow[]> {
    const life = String(ROW_LIFE_MS / 1000)
    const rows = (await this.#client.eval(ROWS, 1, this.#key, life)) as readonly string[]
    return rows.map((text) => JSON.parse(text) as NodeRow)
  }
}
