// Names of the fleet's keys in Redis, and the one piece of Lua that adds a revision to them.

/** All of one slot: the scripts touch several of them at once. */
export function configKey(prefix: string, name: string): string {
  return `${prefix}:{config}:${name}`
}

/**
 * Lua: `append(head, revisions, checksums, encoded, number, checksum, kept)`, the first three being keys. The checksums
 * lead to the newest revision of that text, and are forgotten with it.
 */
export const LUA_APPEND = `
local function append(head, revisions, checksums, encoded, number, checksum, kept)
  redis.call('HSET', revisions, number, encoded)
  redis.call('HSET', checksums, checksum, number)
  redis.call('SET', head, number)
  local old = string.format('%d', tonumber(number) - tonumber(kept))
  local forgotten = redis.call('HGET', revisions, old)
  if not forgotten then return end
  redis.call('HDEL', revisions, old)
  local isWhole, value = pcall(cjson.decode, forgotten)
  if not isWhole or type(value) ~= 'table' or type(value.checksum) ~= 'string' then return end
  if redis.call('HGET', checksums, value.checksum) == old then
    redis.call('HDEL', checksums, value.checksum)
  end
end
`
