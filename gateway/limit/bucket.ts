// The bucket (generic cell rate algorithm): at most size + t / tokenUs tokens in any interval t, as one arrival time.

import type { BucketParams } from './plan.ts'
import type { TakeAnswer, TakeItem } from './take-item.ts'

/** Epochs in exact mode, where they count nothing. */
const EXACT_EPOCH_US = 1_000_000
const UNBOUNDED_US = Number.MAX_SAFE_INTEGER

export interface BucketState {
  readonly kind: 'bucket'
  /** When the bucket will be full again: the theoretical arrival time. */
  arrivalUs: number
  /** Stamp of grants since the bucket last was as good as full; only these can still be given back. */
  generation: number
  /** What was missing to the full bucket at the fullest moment of the generation: nothing beyond it can come back. */
  headroomUs: number
  /** Number of the lease time of the last grant, and what may still be held of the grants in it and in the one before. */
  epoch: number
  granted: number
  grantedBefore: number
}

/** A full bucket of which nothing is held anywhere. */
export function fullBucket(nowUs: number): BucketState {
  const counts = { epoch: 0, granted: 0, grantedBefore: 0 }
  return { kind: 'bucket', arrivalUs: nowUs, generation: nowUs, headroomUs: 0, ...counts }
}

/**
 * Takes from a bucket; `state` is changed in place.
 *
 * A credit makes the grant undone: had it never been made, the bucket would have been fuller by it at every moment since,
 * so only as much comes back as there was room for at all of those moments. What is granted in advance lives one lease
 * time, that is in this epoch or the one before, and what is not known to be settled of both never exceeds `outstanding`.
 * The script for Redis says the same in Lua.
 */
export function takeFromBucket(
  state: BucketState,
  params: BucketParams,
  item: TakeItem,
  nowUs: number,
): TakeAnswer {
  const { tokenUs, size } = params
  const spanUs = size * tokenUs
  turnEpoch(state, epochUs(params), nowUs)
  if (item.lease === state.epoch) state.granted = Math.max(0, state.granted - item.settled)
  else if (item.lease === state.epoch - 1) {
    state.grantedBefore = Math.max(0, state.grantedBefore - item.settled)
  }
  // Clamped below: a full bucket overflows. Above: the clock was set back, or the limit was lowered.
  let arrivalUs = Math.min(Math.max(state.arrivalUs, nowUs), nowUs + spanUs)
  let headroomUs = Math.min(state.headroomUs, arrivalUs - nowUs)
  if (item.credit > 0 && item.stamp === state.generation) {
    const back = Math.min(item.credit, Math.floor(headroomUs / tokenUs))
    arrivalUs -= back * tokenUs
    headroomUs -= back * tokenUs
  }
  if (headroomUs < tokenUs) {
    state.generation = Math.max(nowUs, state.generation + 1)
    headroomUs = UNBOUNDED_US
  }
  arrivalUs = Math.min(arrivalUs + item.debit * tokenUs, nowUs + spanUs)
  let left = Math.floor((nowUs + spanUs - arrivalUs) / tokenUs)
  const granted = Math.min(item.count, Math.floor(left / item.cost))
  left -= granted * item.cost
  const allowance = params.outstanding - state.granted - state.grantedBefore
  const held = Math.max(0, Math.min(item.want, Math.floor(left / 2), allowance))
  left -= held
  arrivalUs += (granted * item.cost + held) * tokenUs
  state.granted += held
  state.arrivalUs = arrivalUs
  state.headroomUs = headroomUs
  const missingUs = arrivalUs + item.cost * tokenUs - nowUs - spanUs
  return {
    granted,
    held,
    remaining: left,
    retryUs: left < item.cost ? Math.ceil(missingUs) : 0,
    resetUs: Math.ceil(arrivalUs - nowUs),
    stamp: state.generation,
    lease: state.epoch,
  }
}

/** From then on (µs after now) the state says no more than an absent one. */
export function bucketLifeUs(state: BucketState, params: BucketParams, nowUs: number): number {
  return Math.max(Math.ceil(state.arrivalUs - nowUs), 2 * epochUs(params))
}

export function epochUs({ leaseMs }: BucketParams): number {
  return leaseMs === 0 ? EXACT_EPOCH_US : Math.ceil(leaseMs * 1000)
}

function turnEpoch(state: BucketState, lengthUs: number, nowUs: number): void {
  const epoch = Math.floor(nowUs / lengthUs)
  if (state.epoch === epoch) return
  if (state.epoch > epoch) {
    // The clock was set back: what was granted may still be held.
    state.granted += state.grantedBefore
    state.grantedBefore = 0
  } else {
    state.grantedBefore = state.epoch === epoch - 1 ? state.granted : 0
    state.granted = 0
  }
  state.epoch = epoch
}
