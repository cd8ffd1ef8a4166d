// Writes lines to a file descriptor without ever blocking or growing: what does not fit is dropped and counted.

import { write } from 'node:fs'

/** Lines waiting for a slow reader; more are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024
/** Writes up to this size are atomic on pipes, so lines of several processes never mix (POSIX PIPE_BUF). */
const ATOMIC_BYTES = 4096

export class LineWriter {
  readonly #fd: number
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #writing = false
  #dropped = 0
  #idle: (() => void)[] = []

  constructor(fd: number) {
    this.#fd = fd
  }

  /** Lines that were dropped so far. */
  get dropped(): number {
    return this.#dropped
  }

  /** `line` without its line end. */
  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`)
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.#dropped++
      return
    }
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    if (!this.#writing) {
      this.#writing = true
      setImmediate(() => this.#flush())
    }
  }

  /** Resolves when everything written so far was handed to the descriptor. */
  drained(): Promise<void> {
    if (!this.#writing) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle.push(resolve)
    })
  }

  #flush(): void {
    let bytes = 0
    let taken = 0
    while (taken < this.#waiting.length) {
      const line = this.#waiting[taken]!
      if (taken > 0 && bytes + line.length > ATOMIC_BYTES) break
      bytes += line.length
      taken++
    }
    this.#waitingBytes -= bytes
    this.#send(Buffer.concat(this.#waiting.splice(0, taken), bytes))
  }

  #send(bytes: Buffer): void {
    write(this.#fd, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#send(bytes), 10)
        return
      }
      if (error !== null) this.#dropped++
      else if (written < bytes.length) {
        this.#send(bytes.subarray(written))
        return
      }
      if (this.#waiting.length > 0) this.#flush()
      else this.#rest()
    })
  }

  #rest(): void {
    this.#writing = false
    const idle = this.#idle
    this.#idle = []
    for (const resolve of idle) resolve()
  }
}
