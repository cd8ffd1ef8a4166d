// Ends a connection so that what it was told last arrives, and so that it does end.

import type { Duplex } from 'node:stream'
import type { Clock } from '../../sidecar/runtime/clock.ts'

/** How long the other side may take to read and to close. */
const LINGER_MS = 1000

/** What still comes is read and forgotten: unread bytes would turn the end into a reset that overtakes `bytes`. */
export function endWith(socket: Duplex, bytes: Buffer, clock: Clock): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  socket.end(bytes)
  socket.resume()
  const cancel = clock.after(LINGER_MS, () => socket.destroy())
  socket.once('end', () => socket.destroy())
  socket.once('close', cancel)
}
