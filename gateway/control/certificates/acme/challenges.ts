// What an authority is answered while it asks whether a host is ours: on every worker of every node, and seen to be so.

import { connect } from 'node:tls'
import {
  ACME_PROTOCOL,
  type AcmeChallenge,
  type AcmeNews,
} from '../../../decide/acme-challenges.ts'
import type { Clock } from '../../../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../../../sidecar/runtime/errors.ts'
import type { Certificates, NodeDoor } from '../certificates.ts'
import type { Board } from './board.ts'
import { challengeCertificate } from './challenge-certificate.ts'
import type { Asked } from './order.ts'

export interface ChallengesOptions {
  readonly clock: Clock
  readonly certificates: Pick<Certificates, 'doors'>
  /** To all workers of this node. */
  readonly tellAll: (news: AcmeNews) => void
  readonly board: Board
}

const SHOW_MS = 10_000
/** Another node may be where only the authority gets to; by then it has looked more than once. */
const SHOW_ELSEWHERE_MS = 3000
const SHOW_AGAIN_MS = 100
const ANSWER_MS = 3000

export class Challenges {
  readonly #options: ChallengesOptions
  /** Made for what is asked now, by name and digest. */
  #answers: ReadonlyMap<string, AcmeChallenge> = new Map()

  constructor(options: ChallengesOptions) {
    this.#options = options
  }

  /** Has the workers answer what any node was asked. */
  async spread(): Promise<void> {
    const { clock, tellAll, board } = this.#options
    const asked = await board.read()
    const before = this.#answers
    const entries = await Promise.all(
      asked.map(async ({ name, digest }) => {
        const key = `${name} ${digest.toString('base64url')}`
        const made = before.get(key) ?? (await challengeCertificate(name, digest, clock.wallMs()))
        return [key, made] as const
      }),
    )
    this.#answers = new Map(entries)
    if (before.size === 0 && entries.length === 0) return
    // Again with every tick while there are any, for a worker that has just begun.
    tellAll({ kind: 'acme-challenges', challenges: [...this.#answers.values()] })
  }

  /** Resolves when the listener of this node answers so, and the others have had time to. Rejects where it does not. */
  async answer(listener: string, asked: readonly Asked[]): Promise<void> {
    const { clock, certificates, board } = this.#options
    await board.ask(asked)
    await this.spread()
    const doors = await certificates.doors(listener)
    const startMs = clock.monotonicMs()
    const late = await Promise.all(
      doors.map(async (door) => {
        const endMs = startMs + (door.isThis ? SHOW_MS : SHOW_ELSEWHERE_MS)
        for (const one of asked) {
          while (!(await this.#isShown(door, one))) {
            if (clock.monotonicMs() > endMs) return door
            await new Promise<void>((done) => clock.after(SHOW_AGAIN_MS, done))
          }
        }
        return null
      }),
    )
    if (!late.some((door) => door?.isThis === true)) return
    throw new SallyportError('acme_not_shown', `listener ${listener} does not answer the challenge`)
  }

  async #isShown({ hosts, port }: NodeDoor, asked: Asked): Promise<boolean> {
    for (const host of port === null ? [] : hosts) {
      if (await shows(host, port ?? 0, asked, this.#options.clock)) return true
    }
    return false
  }
}

/** Whether an authority that asks there is answered. */
function shows(
  host: string,
  port: number,
  { name, digest }: Asked,
  clock: Pick<Clock, 'after'>,
): Promise<boolean> {
  return new Promise((resolve_) => {
    const socket = connect({
      host,
      port,
      servername: name,
      ALPNProtocols: [ACME_PROTOCOL],
      // What is looked for is one value in it, as the authority does.
      rejectUnauthorized: false,
    })
    const settle = (isSo: boolean): void => {
      cancel()
      socket.destroy()
      resolve_(isSo)
    }
    const cancel = clock.after(ANSWER_MS, () => settle(false))
    socket.once('secureConnect', () => {
      const isAcme = socket.alpnProtocol === ACME_PROTOCOL
      settle(isAcme && socket.getPeerX509Certificate()?.raw.includes(digest) === true)
    })
    socket.on('error', () => settle(false))
  })
}
