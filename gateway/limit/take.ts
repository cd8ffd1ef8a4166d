// Taking from the counters of one key, whatever kind of limit they are of.

import { bucketLifeUs, fullBucket, takeFromBucket, type BucketState } from './bucket.ts'
import type { TakeAnswer, TakeItem } from './take-item.ts'
import { takeFromWindow, windowLifeUs, type WindowState } from './window.ts'

export type TakeState = WindowState | BucketState

/** Takes from the counters of one key at `nowUs` (whole µs). `state` is changed in place, or made where there is none. */
export function take(
  state: TakeState | undefined,
  item: TakeItem,
  nowUs: number,
): { readonly state: TakeState; readonly answer: TakeAnswer; readonly lifeUs: number } {
  const { params } = item
  if (params.kind === 'window') {
    const window: WindowState =
      state?.kind === 'window' ? state : { kind: 'window', indexes: [], counts: [] }
    const answer = takeFromWindow(window, params, item, nowUs)
    return { state: window, answer, lifeUs: windowLifeUs(params) }
  }
  const bucket = state?.kind === 'bucket' ? state : fullBucket(nowUs)
  const answer = takeFromBucket(bucket, params, item, nowUs)
  return { state: bucket, answer, lifeUs: bucketLifeUs(bucket, params, nowUs) }
}
