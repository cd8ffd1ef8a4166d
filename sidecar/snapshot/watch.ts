// Hears from control what changes: one long answer of lines, begun anew with growing pauses whenever it ends.

import type { IncomingMessage } from 'node:http'
import { Type } from 'typebox'
import type { Clock } from '../runtime/clock.ts'
import { errorMessage } from '../runtime/errors.ts'
import { controlFailure } from './control-error.ts'
import { readShape, readSnapshot } from './read-snapshot.ts'
import { MAX_SNAPSHOT_BYTES } from './schema.ts'
import type { Snapshot } from './snapshot.ts'

/** Control says something every 10 s; after two and a half times that the connection is dead. */
const SILENCE_MS = 25_000
const FIRST_PAUSE_MS = 500
const LAST_PAUSE_MS = 30_000
const JITTER = 0.5
const LINE_END = 0x0a

const BeatShape = Type.Object({
  kind: Type.Literal('beat'),
  /** Of the snapshot that was sent last on this connection; null: none yet. */
  revision: Type.Union([Type.String(), Type.Null()]),
})
const SnapshotLineShape = Type.Object({ kind: Type.Literal('snapshot'), snapshot: Type.Any() })

export type WatchState =
  | { readonly kind: 'connecting' }
  /** `revision`: of the last snapshot; null: none came yet. */
  | { readonly kind: 'connected'; readonly revision: string | null }
  /** `heardAtMs`: when control last said anything (monotonic), null: never. It is tried again in `retryInMs`. */
  | {
      readonly kind: 'stale'
      readonly heardAtMs: number | null
      readonly retryInMs: number
      readonly reason: string
    }

export interface WatchOptions {
  readonly clock: Clock
  /** [0, 1). */
  readonly random: () => number
  /** Opens the long answer; `held` is the revision that is known already. Rejects where there is none. */
  readonly open: (held: string | null) => Promise<IncomingMessage>
  readonly onSnapshot: (snapshot: Snapshot) => void
  readonly onState: (state: WatchState) => void
}

export class Watch {
  readonly #options: WatchOptions
  #response: IncomingMessage | null = null
  #revision: string | null
  #heardAtMs: number | null = null
  #pauseMs = FIRST_PAUSE_MS
  #cancelTimer = (): void => {}
  #isClosed = false
  /** Counts connections, so that what a former one says is not heard. */
  #generation = 0

  /** `held`: revision of a snapshot that is known already (from disk), or null. */
  constructor(options: WatchOptions, held: string | null) {
    this.#options = options
    this.#revision = held
    void this.#connect()
  }

  /** Takes a new connection at once: we have another certificate, or trust others. */
  reconnect(): void {
    if (this.#isClosed) return
    this.#drop()
    void this.#connect()
  }

  close(): void {
    this.#isClosed = true
    this.#drop()
  }

  async #connect(): Promise<void> {
    const { open, onState } = this.#options
    const generation = ++this.#generation
    onState({ kind: 'connecting' })
    try {
      const response = await open(this.#revision)
      if (generation !== this.#generation) {
        response.destroy()
        return
      }
      this.#response = response
      this.#listen(response)
      this.#expectMore()
    } catch (error) {
      if (generation === this.#generation) this.#failed(errorMessage(error))
    }
  }

  #listen(response: IncomingMessage): void {
    const reader = new LineReader(MAX_SNAPSHOT_BYTES, (line) => {
      // What a line says may have made us connect anew.
      if (this.#response === response) this.#hear(line, response)
    })
    response.on('data', (chunk: Buffer) => {
      if (this.#response !== response) return
      try {
        reader.read(chunk)
      } catch (error) {
        this.#failed(errorMessage(error))
      }
    })
    const onEnd = (reason: string) => () => {
      if (this.#response === response) this.#failed(reason)
    }
    response.on('error', onEnd('the connection to control broke'))
    response.on('close', onEnd('control ended the answer'))
  }

  /** Throws where the line is nothing that control would say. */
  #hear(line: string, response: IncomingMessage): void {
    const { onSnapshot, onState, clock } = this.#options
    const said: unknown = JSON.parse(line)
    const beat = readShape(BeatShape, said)
    if ('problem' in beat) {
      const snapshot = readLine(said)
      this.#revision = snapshot.revision
      onSnapshot(snapshot)
    } else if (beat.value.revision !== null && beat.value.revision !== this.#revision) {
      this.#revision = null
      throw controlFailure('control_answer_invalid', 'a snapshot was missed')
    }
    this.#heardAtMs = clock.monotonicMs()
    if (this.#response !== response) return
    this.#pauseMs = FIRST_PAUSE_MS
    this.#expectMore()
    onState({ kind: 'connected', revision: this.#revision })
  }

  #expectMore(): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#options.clock.after(SILENCE_MS, () =>
      this.#failed('control fell silent'),
    )
  }

  #failed(reason: string): void {
    const { clock, random, onState } = this.#options
    this.#drop()
    if (this.#isClosed) return
    const retryInMs = Math.round(this.#pauseMs * (1 - JITTER * random()))
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS)
    this.#cancelTimer = clock.after(retryInMs, () => void this.#connect())
    onState({ kind: 'stale', heardAtMs: this.#heardAtMs, retryInMs, reason })
  }

  #drop(): void {
    this.#cancelTimer()
    this.#generation++
    const response = this.#response
    this.#response = null
    response?.on('error', () => {}).destroy()
  }
}

function readLine(said: unknown): Snapshot {
  const line = readShape(SnapshotLineShape, said)
  if ('problem' in line) throw controlFailure('control_answer_invalid', line.problem)
  const snapshot = readSnapshot(line.value.snapshot)
  if ('problem' in snapshot) throw controlFailure('control_answer_invalid', snapshot.problem)
  return snapshot
}

/** Cuts bytes into lines of at most `maxBytes`; throws where one is longer. */
class LineReader {
  readonly #maxBytes: number
  readonly #onLine: (line: string) => void
  #parts: Buffer[] = []
  #bytes = 0

  constructor(maxBytes: number, onLine: (line: string) => void) {
    this.#maxBytes = maxBytes
    this.#onLine = onLine
  }

  read(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, start)) {
      this.#add(chunk.subarray(start, end))
      const line = Buffer.concat(this.#parts).toString()
      this.#parts = []
      this.#bytes = 0
      start = end + 1
      this.#onLine(line)
    }
    this.#add(chunk.subarray(start))
  }

  #add(part: Buffer): void {
    if (part.length === 0) return
    this.#parts.push(part)
    this.#bytes += part.length
    if (this.#bytes > this.#maxBytes) {
      throw controlFailure('control_answer_invalid', `a line has more than ${this.#maxBytes} bytes`)
    }
  }
}
