// Request bodies with a bound: counted while they stream, or held whole where a short one must be complete first.

import type { BodySink, BodySource, FlatHeaders } from '../upstream/transport.ts'

/** The same body, cut off with `onTooLarge` once more than `maxBytes` arrived; nothing is delivered after that. */
export function limitBody(body: BodySource, maxBytes: number, onTooLarge: () => void): BodySource {
  if (body.length !== null) return body
  let bytes = 0
  let over = false
  return {
    length: null,
    start(sink) {
      body.start({
        onData(chunk) {
          if (over) return true
          bytes += chunk.length
          if (bytes <= maxBytes) return sink.onData(chunk)
          over = true
          onTooLarge()
          return true
        },
        onEnd: (trailers) => {
          if (!over) sink.onEnd(trailers)
        },
        onAbort: () => {
          if (!over) sink.onAbort()
        },
      })
    },
    resume: () => body.resume(),
  }
}

/** Reads `body` whole and hands it on as one that is complete; null where it broke or was not `length` bytes long. */
export function collectBody(
  body: BodySource,
  length: number,
  onBody: (held: BodySource | null) => void,
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  let over = false
  const finish = (held: BodySource | null): void => {
    if (over) return
    over = true
    onBody(held)
  }
  body.start({
    onData(chunk) {
      bytes += chunk.length
      if (bytes > length) finish(null)
      else chunks.push(chunk)
      return true
    },
    onEnd: (trailers) => finish(bytes === length ? heldBody(chunks, length, trailers) : null),
    onAbort: () => finish(null),
  })
}

function heldBody(chunks: readonly Buffer[], length: number, trailers: FlatHeaders): BodySource {
  let next = 0
  let target: BodySink | null = null
  const deliver = (): void => {
    if (target === null) return
    let wanted = true
    while (wanted && next < chunks.length) wanted = target.onData(chunks[next++]!)
    if (!wanted || next < chunks.length) return
    const sink = target
    target = null
    sink.onEnd(trailers)
  }
  return {
    length,
    start(sink) {
      target = sink
      deliver()
    },
    resume: deliver,
  }
}
