// One thing a person set off: whether it is under way, and why it was refused.

import { useState } from 'react'
import { asRefusal, type Refusal } from './refusal.ts'

export interface Action {
  readonly isBusy: boolean
  /** Of the latest attempt; null while there is none. */
  readonly refusal: Refusal | null
  /** Runs `task`, one at a time. Resolves with whether it went well. */
  readonly run: (task: () => Promise<void>) => Promise<boolean>
  readonly clear: () => void
}

export function useAction(): Action {
  const [state, setState] = useState<{ isBusy: boolean; refusal: Refusal | null }>({
    isBusy: false,
    refusal: null,
  })
  return {
    ...state,
    async run(task) {
      if (state.isBusy) return false
      setState({ isBusy: true, refusal: null })
      try {
        await task()
        setState({ isBusy: false, refusal: null })
        return true
      } catch (error) {
        setState({ isBusy: false, refusal: asRefusal(error) })
        return false
      }
    },
    clear: () => setState({ isBusy: false, refusal: null }),
  }
}
