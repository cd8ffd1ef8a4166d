// What the nodes of a fleet tell each other of their orders: whose turn it is, and what any of them is to answer.

import type { Clock } from '../../../../sidecar/runtime/clock.ts'
import { update, type Documents } from '../../documents/documents.ts'
import type { Asked } from './order.ts'

/** An order that takes longer has failed. */
export const TURN_MS = 5 * 60_000
/** Of all nodes together. */
const MAX_CHALLENGES = 200
const DOCUMENT = 'acme'

interface Written {
  readonly turn: Turn | null
  readonly challenges: readonly WrittenChallenge[]
}

interface Turn {
  /** Unique among all nodes. */
  readonly id: string
  readonly name: string
  readonly untilMs: number
}

interface WrittenChallenge {
  readonly turn: string
  readonly name: string
  /** SHA-256 of the key authorization, base64url: no secret. */
  readonly digest: string
  readonly untilMs: number
}

export interface BoardOptions {
  readonly documents: Documents
  readonly clock: Pick<Clock, 'wallMs'>
  /** Unique among all nodes, and what people call this one. */
  readonly id: string
  readonly name: string
}

/** Every method rejects where the store is away. */
export class Board {
  readonly #options: BoardOptions

  constructor(options: BoardOptions) {
    this.#options = options
  }

  /** null: it is our turn, for {@link TURN_MS}; else who else orders. */
  takeTurn(): Promise<string | null> {
    const { id, name, clock } = this.#options
    return this.#change((board) => {
      const { turn } = board
      if (turn !== null && turn.id !== id) return { board: null, result: turn.name }
      const untilMs = clock.wallMs() + TURN_MS
      return { board: { ...board, turn: { id, name, untilMs } }, result: null }
    })
  }

  /** While it is our turn. */
  async ask(asked: readonly Asked[]): Promise<void> {
    const { id, clock } = this.#options
    const untilMs = clock.wallMs() + TURN_MS
    const ours = asked.map(({ name, digest }) => {
      return { turn: id, name, digest: digest.toString('base64url'), untilMs }
    })
    await this.#change((board) => {
      const others = board.challenges.filter(({ turn }) => turn !== id)
      const challenges = [...others, ...ours].slice(-MAX_CHALLENGES)
      return { board: { ...board, challenges }, result: null }
    })
  }

  /** Our turn is over, and what was asked of us is not any more. */
  async endTurn(): Promise<void> {
    const { id } = this.#options
    await this.#change((board) => {
      const turn = board.turn?.id === id ? null : board.turn
      const challenges = board.challenges.filter((one) => one.turn !== id)
      return { board: { turn, challenges }, result: null }
    })
  }

  async read(): Promise<readonly Asked[]> {
    const { text } = await this.#options.documents.read(DOCUMENT)
    return this.#parse(text).challenges.map(({ name, digest }) => {
      return { name, digest: Buffer.from(digest, 'base64url') }
    })
  }

  #change<Result>(
    change: (board: Written) => { readonly board: Written | null; readonly result: Result },
  ): Promise<Result> {
    return update(this.#options.documents, DOCUMENT, (text) => {
      const { board, result } = change(this.#parse(text))
      return { text: board === null ? null : JSON.stringify(board), result }
    })
  }

  /** Without what is over. */
  #parse(text: string): Written {
    if (text === '') return { turn: null, challenges: [] }
    const nowMs = this.#options.clock.wallMs()
    const { turn, challenges } = JSON.parse(text) as Written
    return {
      turn: turn !== null && turn.untilMs > nowMs ? turn : null,
      challenges: challenges.filter(({ untilMs }) => untilMs > nowMs),
    }
  }
}
