// The sliding window: at most `max` tokens in any window, counted in sub-windows of which the oldest counts whole.

import type { WindowParams } from './plan.ts'
import type { TakeAnswer, TakeItem } from './take-item.ts'

/** Sub-windows that hold anything, oldest first; at most `slots + 1`. */
export interface WindowState {
  readonly kind: 'window'
  readonly indexes: number[]
  readonly counts: number[]
}

/**
 * Takes from a window; `state` is changed in place. A credit takes back from the very sub-window of its grant, as if that
 * had never been made, and nothing where that sub-window has passed. The script for Redis says the same in Lua.
 */
export function takeFromWindow(
  state: WindowState,
  params: WindowParams,
  item: TakeItem,
  nowUs: number,
): TakeAnswer {
  const { max, subUs, slots } = params
  const { indexes, counts } = state
  const current = Math.floor(nowUs / subUs)
  forget(state, current, slots)
  if (item.credit > 0) giveBack(state, item.stamp, item.credit)
  let total = 0
  for (const count of counts) total += count
  // A debt counts in full, even beyond the limit: it was admitted now, and what counts beside it passes sooner.
  let left = Math.max(0, max - total - item.debit)
  const granted = Math.min(item.count, Math.floor(left / item.cost))
  left -= granted * item.cost
  const held = Math.min(item.want, Math.floor(left / 2))
  left -= held
  const taken = item.debit + granted * item.cost + held
  if (taken > 0) {
    if (indexes.at(-1) !== current) {
      indexes.push(current)
      counts.push(0)
    }
    counts[counts.length - 1]! += taken
  }
  const whole = (slots + 1) * subUs
  let retryUs = 0
  if (left < item.cost) {
    retryUs = whole
    let free = max - total - taken
    for (let i = 0; i < counts.length; i++) {
      free += counts[i]!
      if (free < item.cost) continue
      retryUs = indexes[i]! * subUs + whole - nowUs
      break
    }
  }
  const resetUs = indexes.length === 0 ? 0 : indexes.at(-1)! * subUs + whole - nowUs
  return { granted, held, remaining: left, retryUs, resetUs, stamp: current, lease: 0 }
}

/** From then on (µs after now) nothing of the state counts any more. */
export function windowLifeUs({ slots, subUs }: WindowParams): number {
  return (slots + 1) * subUs
}

function forget({ indexes, counts }: WindowState, current: number, slots: number): void {
  // A store's clock that was set back must neither free tokens early nor hold them for hours: all of it moves to now.
  const ahead = (indexes.at(-1) ?? current) - current
  if (ahead > 0) for (let i = 0; i < indexes.length; i++) indexes[i]! -= ahead
  let passed = 0
  while (passed < indexes.length && indexes[passed]! < current - slots) passed++
  indexes.splice(0, passed)
  counts.splice(0, passed)
}

function giveBack({ indexes, counts }: WindowState, stamp: number, credit: number): void {
  const at = indexes.indexOf(stamp)
  if (at === -1) return
  counts[at] = Math.max(0, counts[at]! - credit)
  if (counts[at] > 0) return
  indexes.splice(at, 1)
  counts.splice(at, 1)
}
