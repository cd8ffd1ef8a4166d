// Test sign-ins at the identity provider: what it said of somebody, and what role that would give, for an administrator.

import type { JWTPayload } from 'jose'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Role } from '../admin/operation.ts'
import { newSecret } from './secret.ts'

export interface OidcTest {
  readonly atMs: number
  /** What the identity token says, but for what only serves its own safety. */
  readonly claims: Readonly<Record<string, unknown>>
  readonly displayName: string
  /** Groups of the configuration that it names. */
  readonly groups: readonly string[]
  /** The role that would result; null: it would be refused. */
  readonly role: Role | null
  /** Why there is nothing more to tell; '' where it went well. */
  readonly problem: string
}

const LIFE_MS = 600_000
/** Beyond it the oldest is forgotten. */
const MAX_TESTS = 20
const MAX_CLAIMS = 100
const MAX_CLAIM_CHARACTERS = 2000
/** They tell nothing of the person, and something of the login. */
const HIDDEN = new Set(['nonce', 'at_hash', 'c_hash', 's_hash', 'sid', 'jti'])

/** Of this node, in memory. */
export class OidcTests {
  readonly #clock: Pick<Clock, 'wallMs'>
  /** By id, the oldest first; null: somebody is away at the provider. */
  readonly #tests = new Map<
    string,
    { readonly startedAtMs: number; readonly test: OidcTest | null }
  >()

  constructor(clock: Pick<Clock, 'wallMs'>) {
    this.#clock = clock
  }

  /** Its id, 43 characters. */
  begin(): string {
    const id = newSecret()
    this.#tests.set(id, { startedAtMs: this.#clock.wallMs(), test: null })
    if (this.#tests.size > MAX_TESTS) this.#tests.delete(this.#tests.keys().next().value!)
    return id
  }

  /** Whether there is such a test that nobody came back from yet. */
  isOpen(id: string): boolean {
    const found = this.#found(id)
    return found !== null && found.test === null
  }

  end(id: string, told: Omit<OidcTest, 'atMs' | 'claims'> & { readonly claims: JWTPayload }): void {
    if (!this.isOpen(id)) return
    const atMs = this.#clock.wallMs()
    const test = { ...told, atMs, claims: shown(told.claims) }
    this.#tests.set(id, { startedAtMs: atMs, test })
  }

  /** null where there is no such test, or nobody came back yet. */
  result(id: string): OidcTest | null {
    return this.#found(id)?.test ?? null
  }

  #found(id: string): { readonly test: OidcTest | null } | null {
    const found = this.#tests.get(id)
    if (found === undefined) return null
    if (this.#clock.wallMs() - found.startedAtMs < LIFE_MS) return found
    this.#tests.delete(id)
    return null
  }
}

function shown(claims: JWTPayload): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(claims)
      .filter(([name]) => !HIDDEN.has(name))
      .slice(0, MAX_CLAIMS)
      .map(([name, value]) => {
        const text = JSON.stringify(value)
        return [
          name,
          text.length <= MAX_CLAIM_CHARACTERS ? value : `${text.slice(0, MAX_CLAIM_CHARACTERS)}…`,
        ]
      }),
  )
}
