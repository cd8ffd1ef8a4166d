// Which roots are believed while one authority replaces another: the new one early, the old one as long as it is needed.

import { MAX_ANCHORS } from '../../../sidecar/identity/anchors.ts'
import type { TrustBundle } from '../../../sidecar/identity/svid.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'

export interface Retiring {
  readonly pem: string
  /** Until the last leaf below it has expired; wall clock. */
  readonly untilMs: number
}

/** Plain values, so that it can be saved. */
export interface OverlapState {
  /** Roots of the authority that issues, and of the one that is announced. */
  readonly active: readonly string[]
  readonly retiring: readonly Retiring[]
}

export class AnchorOverlap {
  readonly #trustDomain: string
  #active: readonly string[]
  #retiring: readonly Retiring[]
  #bundle: TrustBundle

  constructor(trustDomain: string, { active, retiring }: OverlapState) {
    this.#trustDomain = trustDomain
    this.#active = active
    this.#retiring = retiring
    this.#bundle = { trustDomain, rootPems: this.#all() }
  }

  /** The same object as long as it has the same anchors. */
  get bundle(): TrustBundle {
    return this.#bundle
  }

  get state(): OverlapState {
    return { active: this.#active, retiring: this.#retiring }
  }

  /** When the next root is to be forgotten; null: none is. */
  get nextEndMs(): number | null {
    const ends = this.#retiring.map(({ untilMs }) => untilMs)
    return ends.length === 0 ? null : Math.min(...ends)
  }

  /** `active` from now on; what was active and is not among them is believed until `untilMs`. Throws `too_many_anchors`. */
  replace(active: readonly string[], untilMs: number): void {
    const left = this.#active.filter((pem) => !active.includes(pem))
    const retiring = [
      ...this.#retiring.filter(({ pem }) => !active.includes(pem) && !left.includes(pem)),
      ...left.map((pem) => ({ pem, untilMs })),
    ]
    if (active.length + retiring.length > MAX_ANCHORS) {
      const message = `a bundle has at most ${MAX_ANCHORS} anchors: wait until old ones are gone`
      throw new SallyportError('too_many_anchors', message)
    }
    this.#active = active
    this.#retiring = retiring
    this.#refresh()
  }

  /** Forgets the roots whose time is over. */
  forget(nowMs: number): void {
    this.#retiring = this.#retiring.filter(({ untilMs }) => untilMs > nowMs)
    this.#refresh()
  }

  #all(): readonly string[] {
    return [...this.#active, ...this.#retiring.map(({ pem }) => pem)]
  }

  #refresh(): void {
    const rootPems = this.#all()
    const before = this.#bundle.rootPems
    const isSame =
      rootPems.length === before.length && rootPems.every((pem) => before.includes(pem))
    if (!isSame) this.#bundle = { trustDomain: this.#trustDomain, rootPems }
  }
}
