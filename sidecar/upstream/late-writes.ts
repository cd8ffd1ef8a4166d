// Writes at the end of a turn of the event loop what its reads have led to.

/** Holds something to write. */
export interface LateWriter {
  /** Called once for each `writeLate`; must not throw. */
  writeNow(): void
}

/** More do not wait for each other: then they are written at once. */
const MAX_WAITING = 64

let waiting: LateWriter[] = []
let isArmed = false

/**
 * Has `writer` write once everything that has arrived was read. A write wakes whoever waits at the other end, which is dear
 * for the kernel; of writes that follow each other only the first one does, the others find it at work.
 */
export function writeLate(writer: LateWriter): void {
  if (!isArmed) {
    isArmed = true
    setImmediate(endTurn)
  }
  if (waiting.push(writer) >= MAX_WAITING) writeAll()
}

function endTurn(): void {
  isArmed = false
  writeAll()
}

function writeAll(): void {
  const writers = waiting
  waiting = []
  for (const writer of writers) writer.writeNow()
}
