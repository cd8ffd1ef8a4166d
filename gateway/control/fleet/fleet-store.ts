// What the nodes of a fleet share in Redis: who is there, which revision is proposed, who agrees, and which one is served.

import type { Cluster, Redis } from 'ioredis'
import { errorMessage, SallyportError } from '../../../sidecar/runtime/errors.ts'
import { closeRedis } from '../../limit/redis-client.ts'
import { MAX_REVISIONS } from '../revisions/config-store.ts'
import { configKey } from '../revisions/redis-keys.ts'
import { decodeRevision, encodeRevision, type Revision } from '../revisions/revision.ts'
import {
  decodeAnnouncement,
  decodeVote,
  encodeVote,
  FORGET_MS,
  LIVE_MS,
  MAX_NODES,
  type Announcement,
  type Member,
  type Vote,
} from './member.ts'
import * as scripts from './scripts.ts'

/** A proposal whose node died is gone after this long: more than anybody takes to agree. */
const PROPOSAL_MS = 12_000

/** What one node wants all to serve. */
export interface Proposal {
  readonly id: string
  /** Id and name of the node. */
  readonly node: string
  readonly name: string
  /** Another one after every start of that node's control. */
  readonly life: string
  readonly author: string
  readonly message: string
}

/** A revision that is taken back unless confirmed. */
export interface Waiting {
  readonly number: number
  /** The revision that is served again then. */
  readonly before: number
  /** By the clock of Redis. */
  readonly revertsAtMs: number
}

export interface Beat {
  /** By the clock of Redis. */
  readonly nowMs: number
  /** Number of the revision that all serve; 0: there is none yet. */
  readonly head: number
  readonly proposal: Proposal | null
  readonly waiting: Waiting | null
}

export type OpenResult =
  | { readonly kind: 'open' }
  | { readonly kind: 'busy'; readonly by: Proposal }
  /** The head is another one. */
  | { readonly kind: 'stale' }

export type CommitResult = 'stored' | 'open' | 'gone' | 'stale'

export interface CommitWanted {
  readonly proposal: string
  readonly after: number
  readonly revision: Revision
  readonly confirmWithinMs: number | null
}

/** The store did not answer, or not as it should: nothing can be said about what it did. */
export class StoreAway extends SallyportError {
  constructor(cause: unknown) {
    super('store_away', errorMessage(cause), { cause })
  }
}

/** Every method rejects with StoreAway. */
export class FleetStore {
  readonly #client: Redis | Cluster
  readonly #prefix: string

  /** Takes over `client` (of connectRedis); `prefix` begins every key. */
  constructor(client: Redis | Cluster, prefix: string) {
    this.#client = client
    this.#prefix = prefix
  }

  async beat(said: Announcement): Promise<Beat> {
    const [nowMs, head, proposal, waiting] = (await this.#run(
      scripts.BEAT,
      ['seen', 'nodes', 'head', 'proposal', 'waiting'],
      [said.id, JSON.stringify(said), FORGET_MS, MAX_NODES],
    )) as [number, string, string, string]
    return {
      nowMs,
      head: Number(head),
      proposal: proposal === '' ? null : (JSON.parse(proposal) as Proposal),
      waiting: waitingOf(waiting),
    }
  }

  async leave(node: string): Promise<void> {
    await this.#run(scripts.LEAVE, ['seen', 'nodes'], [node])
  }

  /** Those that were silent for longest first. */
  async members(): Promise<readonly Member[]> {
    const [now, ...rest] = (await this.#run(scripts.MEMBERS, ['seen', 'nodes'], [])) as [
      number,
      ...string[],
    ]
    const members: Member[] = []
    for (let index = 0; index < rest.length; index += 2) {
      const announcement = decodeAnnouncement(rest[index + 1]!)
      if (announcement === null) continue
      members.push({ ...announcement, silentMs: Math.max(0, now - Number(rest[index])) })
    }
    return members
  }

  async open(proposal: Proposal, text: string, after: number): Promise<OpenResult> {
    const [kind, other] = (await this.#run(
      scripts.OPEN,
      ['proposal', 'votes', 'head', 'seen'],
      [after, proposal.id, JSON.stringify(proposal), text, PROPOSAL_MS, LIVE_MS],
    )) as ['busy' | 'stale' | 'open', string]
    return kind === 'busy' ? { kind, by: JSON.parse(other) as Proposal } : { kind }
  }

  /** The text of the proposal, or null where another one is open, or none. */
  async proposed(id: string): Promise<string | null> {
    const key = configKey(this.#prefix, 'proposal')
    const [open, text] = await reach(this.#client.hmget(key, 'id', 'text'))
    return open === id ? (text ?? null) : null
  }

  async vote(proposal: string, node: string, vote: Vote): Promise<void> {
    const args = [proposal, node, encodeVote(vote), PROPOSAL_MS]
    await this.#run(scripts.VOTE, ['proposal', 'votes'], args)
  }

  /** Everybody whose vote counts (null: not cast yet), by id; null where the proposal is gone. */
  async tally(proposal: string): Promise<ReadonlyMap<string, Vote | null> | null> {
    const keys = ['proposal', 'votes', 'seen']
    const flat = (await this.#run(scripts.TALLY, keys, [proposal, LIVE_MS])) as string[]
    const votes = new Map<string, Vote | null>()
    for (let index = 0; index < flat.length; index += 2) {
      const vote = flat[index + 1]!
      votes.set(flat[index]!, vote === '' ? null : decodeVote(vote))
    }
    return votes.size === 0 ? null : votes
  }

  /** Makes it the revision of all, if all still agree and nothing else came in between. */
  async commit({
    proposal,
    after,
    revision,
    confirmWithinMs,
  }: CommitWanted): Promise<CommitResult> {
    const { number, checksum } = revision
    return (await this.#run(
      scripts.COMMIT,
      ['proposal', 'votes', 'seen', 'head', 'revisions', 'checksums', 'waiting'],
      [
        proposal,
        after,
        encodeRevision(revision),
        number,
        checksum,
        MAX_REVISIONS,
        LIVE_MS,
        confirmWithinMs ?? '',
      ],
    )) as CommitResult
  }

  async withdraw(proposal: string): Promise<void> {
    await this.#run(scripts.WITHDRAW, ['proposal', 'votes'], [proposal])
  }

  /**
   * Puts `revision` behind number `after` without asking anybody: into an empty store, or one that was served before.
   * `ifOverdue`: only where the change that waits was not confirmed in time. False where something else came before.
   */
  async advance(revision: Revision, after: number, ifOverdue: boolean): Promise<boolean> {
    const { number, checksum } = revision
    const stored = await this.#run(
      scripts.ADVANCE,
      ['head', 'revisions', 'checksums', 'waiting'],
      [after, encodeRevision(revision), number, checksum, MAX_REVISIONS, ifOverdue ? 1 : 0],
    )
    return stored === 1
  }

  /** False where that revision does not wait (any more). */
  async confirm(number: number): Promise<boolean> {
    return (await this.#run(scripts.CONFIRM, ['waiting'], [number])) === 1
  }

  /** null where it is not there, or damaged. */
  async revision(number: number): Promise<Revision | null> {
    const key = configKey(this.#prefix, 'revisions')
    const encoded = await reach(this.#client.hget(key, String(number)))
    const revision = encoded === null ? null : decodeRevision(encoded)
    return revision?.number === number ? revision : null
  }

  /** Number of the head, and the newest revision up to it that is whole; null in an empty store. */
  async head(): Promise<{ readonly number: number; readonly revision: Revision } | null> {
    const number = Number((await reach(this.#client.get(configKey(this.#prefix, 'head')))) ?? 0)
    for (let at = number; at > Math.max(0, number - MAX_REVISIONS); at--) {
      const revision = await this.revision(at)
      if (revision !== null) return { number, revision }
    }
    return null
  }

  /** Number of the newest revision with a text of this checksum, or null. */
  async find(checksum: string): Promise<number | null> {
    const key = configKey(this.#prefix, 'checksums')
    const number = await reach(this.#client.hget(key, checksum))
    return number === null ? null : Number(number)
  }

  close(): void {
    closeRedis(this.#client)
  }

  #run(
    script: string,
    names: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const keys = names.map((name) => configKey(this.#prefix, name))
    return reach(this.#client.eval(script, keys.length, ...keys, ...args.map(String)))
  }
}

/** Rejects with StoreAway where `asked` rejects. */
export async function reach<Result>(asked: Promise<Result>): Promise<Result> {
  try {
    return await asked
  } catch (error) {
    throw new StoreAway(error)
  }
}

function waitingOf(text: string): Waiting | null {
  if (text === '') return null
  const [number = 0, before = 0, revertsAtMs = 0] = text.split(' ').map(Number)
  return { number, before, revertsAtMs }
}
