// Waits for the first bytes of a tunnel, which tell for whom the caller's TLS is meant.

import type { Duplex } from 'node:stream'
import { ClientHelloReader, type HelloResult } from '../allow/client-hello.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'

export type HelloOutcome =
  /** `bytes`: everything the caller sent so far. */
  | { readonly kind: 'read'; readonly hello: HelloResult; readonly bytes: Buffer }
  | { readonly kind: 'gone' }

/** A fatal alert, access_denied (RFC 8446 section 6): what a TLS client can show its user. */
export const ACCESS_DENIED = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x31])

/**
 * Reads until the hello is whole, at most `timeoutMs`: a client that says nothing is not one of TLS. `onOutcome` is
 * called once, with the socket paused and free of listeners of ours.
 */
export function awaitHello(
  client: Duplex,
  head: Buffer,
  clock: Clock,
  timeoutMs: number,
  onOutcome: (outcome: HelloOutcome) => void,
): void {
  const reader = new ClientHelloReader()
  const settle = (outcome: HelloOutcome): void => {
    cancel()
    client.off('data', onData)
    client.off('end', onEnd)
    client.off('close', onEnd)
    client.pause()
    onOutcome(outcome)
  }
  const read = (hello: HelloResult): void => settle({ kind: 'read', hello, bytes: reader.bytes })
  const onData = (chunk: Buffer): void => {
    const result = reader.push(chunk)
    if (result !== 'more') read(result)
  }
  const onEnd = (): void => settle({ kind: 'gone' })
  const cancel = clock.after(timeoutMs, () => read({ kind: 'not_tls' }))
  client.on('data', onData)
  client.on('end', onEnd)
  client.on('close', onEnd)
  if (head.length > 0) onData(head)
}

/**
 * Reads along while a tunnel passes its first bytes on, holding nothing up. `onHello` is called once: with what they
 * are, or null where the returned function is called before that is known.
 */
export function watchHello(
  client: Duplex,
  head: Buffer,
  onHello: (hello: HelloResult | null) => void,
): () => void {
  const reader = new ClientHelloReader()
  let over = false
  const settle = (hello: HelloResult | null): void => {
    if (over) return
    over = true
    client.off('data', onData)
    onHello(hello)
  }
  const onData = (chunk: Buffer): void => {
    const result = reader.push(chunk)
    if (result !== 'more') settle(result)
  }
  client.on('data', onData)
  if (head.length > 0) onData(head)
  return () => settle(null)
}
