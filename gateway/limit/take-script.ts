// The algorithms of window.ts and bucket.ts in Lua: one call for a batch, atomic, on the clock of Redis.

import { epochUs } from './bucket.ts'
import type { TakeAnswer, TakeItem } from './take-item.ts'

/** Numbers of one item in the script's argument, and of one answer. */
const ITEM_NUMBERS = 13
const ANSWER_NUMBERS = 7
const ITEM_BYTES = ITEM_NUMBERS * 8

/**
 * KEYS: one for each item. ARGV[1]: for each item thirteen doubles: kind (0 window, 1 bucket), three or four numbers of the
 * limit, count, cost, want, credit, stamp, settled, lease, debit. Answers seven numbers for each item, in the order of TakeAnswer. Seconds
 * count from 2026, so that microseconds with a fraction stay exact in a double.
 */
export const TAKE_SCRIPT = `
local time = redis.call('TIME')
local now = (tonumber(time[1]) - 1767225600) * 1000000 + tonumber(time[2])
local out = {}

local function window(key, max, sub, slots, count, cost, want, credit, stamp, debit)
  local current = math.floor(now / sub)
  local indexes, counts, size, total, ahead = {}, {}, 0, 0, 0
  local packed = redis.call('GET', key)
  if packed and #packed >= 14 and (#packed - 8) % 6 == 0 then
    local held = (#packed - 8) / 6
    local numbers = {struct.unpack('<d' .. string.rep('I2I4', held), packed)}
    local base = numbers[1]
    ahead = math.max(0, base + numbers[2 * held] - current)
    for i = 1, held do
      local index = base + numbers[2 * i] - ahead
      if index >= current - slots then
        local tokens = numbers[2 * i + 1]
        if index == stamp then tokens = math.max(0, tokens - credit) end
        if tokens > 0 then
          size = size + 1
          indexes[size], counts[size] = index, tokens
          total = total + tokens
        end
      end
    end
  end
  local left = math.max(0, max - total - debit)
  local granted = math.min(count, math.floor(left / cost))
  left = left - granted * cost
  local held = math.min(want, math.floor(left / 2))
  left = left - held
  local taken = debit + granted * cost + held
  if taken > 0 then
    if indexes[size] ~= current then
      size = size + 1
      indexes[size], counts[size] = current, 0
    end
    counts[size] = counts[size] + taken
  end
  local whole = (slots + 1) * sub
  if size == 0 then
    if packed then redis.call('DEL', key) end
  elseif taken > 0 or credit > 0 or ahead > 0 then
    local numbers = {}
    for i = 1, size do
      numbers[2 * i - 1] = indexes[i] - indexes[1]
      numbers[2 * i] = counts[i]
    end
    local value = struct.pack('<d' .. string.rep('I2I4', size), indexes[1], unpack(numbers))
    redis.call('SET', key, value, 'PX', math.ceil(whole / 1000) + 1)
  end
  local retry, reset = 0, 0
  if left < cost then
    retry = whole
    local free = max - total - taken
    for i = 1, size do
      free = free + counts[i]
      if free >= cost then
        retry = indexes[i] * sub + whole - now
        break
      end
    end
  end
  if size > 0 then reset = indexes[size] * sub + whole - now end
  return granted, held, left, retry, reset, current, 0
end

local function bucket(key, token, size, cap, length,
    count, cost, want, credit, stamp, settled, lease, debit)
  local span = size * token
  local arrival, generation, headroom, epoch, fresh, old = now, now, 0, 0, 0, 0
  local packed = redis.call('GET', key)
  if packed and #packed == 48 then
    arrival, generation, headroom, epoch, fresh, old = struct.unpack('<dddddd', packed)
  end
  local turn = math.floor(now / length)
  if epoch > turn then
    fresh, old = fresh + old, 0
  elseif epoch < turn then
    if epoch == turn - 1 then old = fresh else old = 0 end
    fresh = 0
  end
  if lease == turn then fresh = math.max(0, fresh - settled)
  elseif lease == turn - 1 then old = math.max(0, old - settled) end
  arrival = math.min(math.max(arrival, now), now + span)
  headroom = math.min(headroom, arrival - now)
  if credit > 0 and stamp == generation then
    local back = math.min(credit, math.floor(headroom / token))
    arrival = arrival - back * token
    headroom = headroom - back * token
  end
  if headroom < token then
    generation = math.max(now, generation + 1)
    headroom = 9007199254740991
  end
  arrival = math.min(arrival + debit * token, now + span)
  local left = math.floor((now + span - arrival) / token)
  local granted = math.min(count, math.floor(left / cost))
  left = left - granted * cost
  local held = math.max(0, math.min(want, math.floor(left / 2), cap - fresh - old))
  left = left - held
  arrival = arrival + (granted * cost + held) * token
  fresh = fresh + held
  local life = math.max(math.ceil(arrival - now), 2 * length)
  local value = struct.pack('<dddddd', arrival, generation, headroom, turn, fresh, old)
  redis.call('SET', key, value, 'PX', math.ceil(life / 1000) + 1)
  local retry = 0
  if left < cost then retry = math.ceil(arrival + cost * token - now - span) end
  return granted, held, left, retry, math.ceil(arrival - now), generation, turn
end

for i = 1, #KEYS do
  local kind, a, b, c, d, count, cost, want, credit, stamp, settled, lease, debit =
    struct.unpack('<ddddddddddddd', ARGV[1], (i - 1) * 104 + 1)
  local o = (i - 1) * 7
  if kind == 0 then
    out[o + 1], out[o + 2], out[o + 3], out[o + 4], out[o + 5], out[o + 6], out[o + 7] =
      window(KEYS[i], a, b, c, count, cost, want, credit, stamp, debit)
  else
    out[o + 1], out[o + 2], out[o + 3], out[o + 4], out[o + 5], out[o + 6], out[o + 7] =
      bucket(KEYS[i], a, b, c, d, count, cost, want, credit, stamp, settled, lease, debit)
  end
end
return out
`

/** The script's argument for a batch. */
export function encodeItems(items: readonly TakeItem[]): Buffer {
  const bytes = Buffer.allocUnsafe(items.length * ITEM_BYTES)
  let at = 0
  for (const { params, ...asked } of items) {
    const { count, cost, want, credit, stamp, settled, lease, debit } = asked
    const limit =
      params.kind === 'window'
        ? [0, params.max, params.subUs, params.slots, 0]
        : [1, params.tokenUs, params.size, params.outstanding, epochUs(params)]
    for (const number of limit) at = bytes.writeDoubleLE(number, at)
    for (const number of [count, cost, want, credit, stamp, settled, lease, debit]) {
      at = bytes.writeDoubleLE(number, at)
    }
  }
  return bytes
}

/** The answers to `count` items; throws where the reply is of another form. */
export function decodeAnswers(reply: unknown, count: number): TakeAnswer[] {
  const isSound =
    Array.isArray(reply) &&
    reply.length === count * ANSWER_NUMBERS &&
    reply.every((number) => typeof number === 'number' && number >= 0)
  if (!isSound) throw new TypeError('the store answered in a form that is not known')
  const numbers = reply as number[]
  return Array.from({ length: count }, (_, i) => {
    const at = i * ANSWER_NUMBERS
    return {
      granted: numbers[at]!,
      held: numbers[at + 1]!,
      remaining: numbers[at + 2]!,
      retryUs: numbers[at + 3]!,
      resetUs: numbers[at + 4]!,
      stamp: numbers[at + 5]!,
      lease: numbers[at + 6]!,
    }
  })
}
