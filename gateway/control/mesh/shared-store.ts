// Where the nodes of a fleet keep what they know of their mesh: hashes in Redis, and a channel that says what changed.

import type { Cluster, Redis } from 'ioredis'

/** As many as one registry holds. */
const MAX_INSTANCES = 20_000
const MAX_REVOCATIONS = 10_000

/**
 * KEYS: nodes, instances, revocations. ARGV: node, [[field, epoch, text]…], [field…], [[field, text]…]. Says that the
 * node is there, puts its instances (a lower epoch never takes the place of a higher one), takes away those that are its
 * own, and adds revocations.
 */
const TELL = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
local function known(field)
  local text = redis.call('HGET', KEYS[2], field)
  if not text then return nil end
  local isWhole, value = pcall(cjson.decode, text)
  if not isWhole or type(value) ~= 'table' then return {} end
  return value
end
for _, put in ipairs(cjson.decode(ARGV[2])) do
  local before = known(put[1])
  if before == nil then
    if redis.call('HLEN', KEYS[2]) < ${MAX_INSTANCES} then redis.call('HSET', KEYS[2], put[1], put[3]) end
  elseif (tonumber(before.epoch) or 0) <= tonumber(put[2]) then
    redis.call('HSET', KEYS[2], put[1], put[3])
  end
end
for _, field in ipairs(cjson.decode(ARGV[3])) do
  local before = known(field)
  if before and before.node == ARGV[1] then redis.call('HDEL', KEYS[2], field) end
end
for _, revoked in ipairs(cjson.decode(ARGV[4])) do
  if redis.call('HLEN', KEYS[3]) < ${MAX_REVOCATIONS} then
    redis.call('HSETNX', KEYS[3], revoked[1], revoked[2])
  end
end
return 1
`

/** KEYS: nodes, instances, revocations. Answers the time, nodes with theirs, instances and revocations, each flat. */
const READ = `
local time = redis.call('TIME')
return {
  time[1] * 1000 + math.floor(time[2] / 1000),
  redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES'),
  redis.call('HGETALL', KEYS[2]),
  redis.call('HGETALL', KEYS[3]),
}
`

/** KEYS: nodes, instances, revocations. ARGV: [node…], [[field, text]…], [field…]: forgets what is still so. */
const FORGET = `
for _, node in ipairs(cjson.decode(ARGV[1])) do redis.call('ZREM', KEYS[1], node) end
for _, one in ipairs(cjson.decode(ARGV[2])) do
  if redis.call('HGET', KEYS[2], one[1]) == one[2] then redis.call('HDEL', KEYS[2], one[1]) end
end
for _, field in ipairs(cjson.decode(ARGV[3])) do redis.call('HDEL', KEYS[3], field) end
return 1
`

export interface Told {
  /** By field: epoch and text. */
  readonly put: readonly (readonly [field: string, epoch: number, text: string])[]
  /** Fields of this node that are no more. */
  readonly gone: readonly string[]
  readonly revoked: readonly (readonly [field: string, text: string])[]
}

export interface Everything {
  /** By the clock of Redis. */
  readonly nowMs: number
  /** When each node was heard last. */
  readonly nodes: ReadonlyMap<string, number>
  readonly instances: ReadonlyMap<string, string>
  readonly revocations: ReadonlyMap<string, string>
}

/** Methods reject where Redis does not answer. */
export class SharedStore {
  readonly #client: Redis | Cluster
  readonly #keys: readonly string[]

  /** Does not close `client` (of connectRedis). One mesh for each trust domain. */
  constructor(client: Redis | Cluster, prefix: string, trustDomain: string) {
    this.#client = client
    this.#keys = ['nodes', 'instances', 'revocations'].map((name) =>
      keyOf(prefix, trustDomain, name),
    )
  }

  async tell(node: string, { put, gone, revoked }: Told): Promise<void> {
    await this.#run(TELL, node, JSON.stringify(put), JSON.stringify(gone), JSON.stringify(revoked))
  }

  async read(): Promise<Everything> {
    const [nowMs, nodes, instances, revocations] = (await this.#run(READ)) as [
      number,
      string[],
      string[],
      string[],
    ]
    const seen = [...pairs(nodes)].map(([node, atMs]) => [node, Number(atMs)] as const)
    return {
      nowMs,
      nodes: new Map(seen),
      instances: new Map(pairs(instances)),
      revocations: new Map(pairs(revocations)),
    }
  }

  async forget(
    nodes: readonly string[],
    instances: readonly (readonly [field: string, text: string])[],
    revocations: readonly string[],
  ): Promise<void> {
    await this.#run(
      FORGET,
      JSON.stringify(nodes),
      JSON.stringify(instances),
      JSON.stringify(revocations),
    )
  }

  #run(script: string, ...args: readonly string[]): Promise<unknown> {
    return this.#client.eval(script, this.#keys.length, ...this.#keys, ...args)
  }
}

/** Where nodes say to each other what changed. */
export function channelOf(prefix: string, trustDomain: string): string {
  return keyOf(prefix, trustDomain, 'news')
}

/** All of one slot: the scripts touch several of them at once. */
function keyOf(prefix: string, trustDomain: string, name: string): string {
  return `${prefix}:{mesh:${trustDomain}}:${name}`
}

function* pairs(flat: readonly string[]): Generator<readonly [string, string]> {
  for (let index = 0; index < flat.length; index += 2) yield [flat[index]!, flat[index + 1]!]
}
