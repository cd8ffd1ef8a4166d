// What the nodes of a fleet agree on, as scripts that Redis runs whole: times in them are those of Redis.

import { LUA_APPEND } from '../revisions/redis-keys.ts'

const LUA_NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`

/**
 * KEYS: seen, nodes, head, proposal, waiting. ARGV: node, announcement, ms after which a node is forgotten, most nodes.
 * Answers now, number of the head, the open proposal and the change that waits to be confirmed ('' for none).
 */
export const BEAT = `
${LUA_NOW}
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[3]))
local extra = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[4])
if extra > 0 then
  for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, extra - 1)) do gone[#gone + 1] = id end
end
for _, id in ipairs(gone) do
  redis.call('ZREM', KEYS[1], id)
  redis.call('HDEL', KEYS[2], id)
end
return {
  now,
  redis.call('GET', KEYS[3]) or '0',
  redis.call('HGET', KEYS[4], 'head') or '',
  redis.call('GET', KEYS[5]) or '',
}
`

/** KEYS: seen, nodes. ARGV: node. */
export const LEAVE = `
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
`

/** KEYS: seen, nodes. Answers now, and when each was heard and what it said. */
export const MEMBERS = `
${LUA_NOW}
local out = {now}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  out[#out + 1] = redis.call('ZSCORE', KEYS[1], id)
  out[#out + 1] = redis.call('HGET', KEYS[2], id) or ''
end
return out
`

/**
 * KEYS: proposal, votes, head, seen. ARGV: expected head, id, head of the proposal, text, ms it lives, ms a node is live.
 * Whoever is live now must agree, whatever becomes of it: a node that hangs may be one that cannot serve the text.
 */
export const OPEN = `
${LUA_NOW}
local other = redis.call('HGET', KEYS[1], 'head')
if other then return {'busy', other} end
if (redis.call('GET', KEYS[3]) or '0') ~= ARGV[1] then return {'stale', ''} end
local voters = redis.call('ZRANGEBYSCORE', KEYS[4], now - tonumber(ARGV[6]), '+inf')
redis.call('HSET', KEYS[1], 'id', ARGV[2], 'head', ARGV[3], 'text', ARGV[4], 'voters', table.concat(voters, ' '))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('DEL', KEYS[2])
return {'open', ''}
`

/** KEYS: proposal, votes. ARGV: id, node, vote, ms it lives. */
export const VOTE = `
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1
`

/** Those who were live when it was opened, but for who has left since; and who came in between. */
const LUA_NEEDED = `
local function needed(proposal, seen, live)
  local ids, known = {}, {}
  for id in string.gmatch(redis.call('HGET', proposal, 'voters'), '%S+') do
    if redis.call('ZSCORE', seen, id) then ids[#ids + 1] = id; known[id] = true end
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', seen, live, '+inf')) do
    if not known[id] then ids[#ids + 1] = id end
  end
  return ids
end
`

/** KEYS: proposal, votes, seen. ARGV: id, ms a node is live. Answers each node and its vote ('' while it has not). */
export const TALLY = `
${LUA_NOW}
${LUA_NEEDED}
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then return {} end
local out = {}
for _, id in ipairs(needed(KEYS[1], KEYS[3], now - tonumber(ARGV[2]))) do
  out[#out + 1] = id
  out[#out + 1] = redis.call('HGET', KEYS[2], id) or ''
end
return out
`

/**
 * KEYS: proposal, votes, seen, head, revisions, checksums, waiting. ARGV: id, expected head, encoded revision, number,
 * checksum, how many are kept, ms a node is live, ms within which it must be confirmed ('' for never).
 */
export const COMMIT = `
${LUA_NOW}
${LUA_NEEDED}
${LUA_APPEND}
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then return 'gone' end
if (redis.call('GET', KEYS[4]) or '0') ~= ARGV[2] then return 'stale' end
for _, id in ipairs(needed(KEYS[1], KEYS[3], now - tonumber(ARGV[7]))) do
  if redis.call('HGET', KEYS[2], id) ~= 'ready' then return 'open' end
end
local before = ARGV[2]
local waiting = redis.call('GET', KEYS[7])
-- A further change while one waits goes back to what was there before both.
if waiting then before = string.match(waiting, '^%d+ (%d+)') end
if ARGV[8] == '' then redis.call('DEL', KEYS[7])
else redis.call('SET', KEYS[7], ARGV[4] .. ' ' .. before .. ' ' .. string.format('%d', now + tonumber(ARGV[8]))) end
append(KEYS[4], KEYS[5], KEYS[6], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
redis.call('DEL', KEYS[1], KEYS[2])
return 'stored'
`

/** KEYS: proposal, votes. ARGV: id. */
export const WITHDRAW = `
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then redis.call('DEL', KEYS[1], KEYS[2]) end
`

/**
 * KEYS: head, revisions, checksums, waiting. ARGV: expected head, encoded revision, number, checksum, how many are kept,
 * 1 where it is only for a change whose time to be confirmed is over.
 */
export const ADVANCE = `
${LUA_NOW}
${LUA_APPEND}
if (redis.call('GET', KEYS[1]) or '0') ~= ARGV[1] then return 0 end
if ARGV[6] == '1' then
  local number, atMs = string.match(redis.call('GET', KEYS[4]) or '', '^(%d+) %d+ (%d+)$')
  if number ~= ARGV[1] or now < tonumber(atMs) then return 0 end
end
redis.call('DEL', KEYS[4])
append(KEYS[1], KEYS[2], KEYS[3], ARGV[2], ARGV[3], ARGV[4], ARGV[5])
return 1
`

/** KEYS: waiting. ARGV: number of the revision that stays. */
export const CONFIRM = `
${LUA_NOW}
local number, atMs = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) %d+ (%d+)$')
if number ~= ARGV[1] or now >= tonumber(atMs) then return 0 end
redis.call('DEL', KEYS[1])
return 1
`
