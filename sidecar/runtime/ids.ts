// Ids of requests: 128 random bits as 32 hex digits.

/** Random bytes are drawn in batches: one system call for 256 ids. */
const BATCH_BYTES = 4096
const ID_BYTES = 16

/** A function that gives a fresh id at each call. `randomFill` fills the buffer with random bytes. */
export function createIdSource(randomFill: (buffer: Buffer) => void): () => string {
  const batch = Buffer.alloc(BATCH_BYTES)
  let at = BATCH_BYTES
  return () => {
    if (at === BATCH_BYTES) {
      randomFill(batch)
      at = 0
    }
    at += ID_BYTES
    return batch.toString('hex', at - ID_BYTES, at)
  }
}
