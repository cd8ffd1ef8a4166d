// Time as a value that is passed in, so that every rule about time can be tested without waiting.

export interface Clock {
  /** Wall-clock time in ms since the epoch: for token claims, certificates and log lines only. */
  wallMs(): number
  /** Monotonic time in ms: for every duration, deadline and rate. */
  monotonicMs(): number
  /** Runs `task` once after `delayMs`; the timer never keeps the process alive. Returns a cancel function. */
  after(delayMs: number, task: () => void): () => void
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
