// Waits for a condition that nothing announces, looking every few milliseconds.

import { setTimeout as pause } from 'node:timers/promises'

/** Resolves with the ms it took until `isSo`; fails after `timeoutMs`, saying `what` did not come. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<number> {
  const startMs = performance.now()
  while (!(await isSo())) {
    if (performance.now() - startMs > timeoutMs) throw new Error(`no ${what} in ${timeoutMs} ms`)
    await pause(5)
  }
  return performance.now() - startMs
}
