// The end that may come while something else is waited for.

import { SallyportError } from './runtime/errors.ts'

/** Rejects with SallyportError `stopped` once `signal` is aborted; for `Promise.race`. */
export function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new SallyportError('stopped', 'the sidecar was stopped'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
