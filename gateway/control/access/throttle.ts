// How often one may try: sign-ins by name and address and by address, all calls by address, with our own limits.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { canonicalAddress } from '../../../sidecar/forward/address.ts'
import { countedNetwork } from '../../limit/address.ts'
import { EmbeddedStore } from '../../limit/embedded-store.ts'
import { storeKeyOf } from '../../limit/keys.ts'
import { windowParams } from '../../limit/params.ts'
import type { Rate, WindowParams } from '../../limit/plan.ts'
import { TooManyRequests } from '../admin/api-error.ts'

export interface ThrottleRates {
  /** Attempts to sign in as one name from one address: nobody else is kept out by them. */
  readonly nameAndAddress: Rate
  /** Attempts from one address, whatever the names. */
  readonly address: Rate
  /** Codes of one name's second factor, whatever the address: only who knows the password gets that far. */
  readonly codes: Rate
  /** Calls from one address. */
  readonly calls: Rate
}

export const THROTTLE_RATES: ThrottleRates = {
  nameAndAddress: { count: 10, perMs: 300_000 },
  address: { count: 30, perMs: 300_000 },
  codes: { count: 10, perMs: 900_000 },
  calls: { count: 600, perMs: 10_000 },
}

const MAX_KEYS = 50_000
/** One refusal a minute of each key is told to the audit, so that a flood of them does not fill it. */
const TOLD_EVERY_MS = 60_000
const MAX_TOLD = 10_000

export class Throttle {
  readonly #clock: Clock
  readonly #store: EmbeddedStore
  readonly #rates: Readonly<Record<keyof ThrottleRates, WindowParams>>
  /** When a refusal of this key was told last, the oldest first. */
  readonly #toldMs = new Map<string, number>()

  constructor(clock: Clock, rates: ThrottleRates = THROTTLE_RATES) {
    this.#clock = clock
    this.#store = new EmbeddedStore({ clock, maxKeys: MAX_KEYS })
    this.#rates = {
      nameAndAddress: windowParams(rates.nameAndAddress, 'exact'),
      address: windowParams(rates.address, 'exact'),
      codes: windowParams(rates.codes, 'exact'),
      calls: windowParams(rates.calls, 'exact'),
    }
  }

  /** Throws TooManyRequests. Over the control socket (address '') nobody is kept waiting. */
  signIn(name: string, address: string): void {
    if (address === '') return
    const network = networkOf(address)
    this.#take('address', network)
    this.#take('nameAndAddress', `${name.length}:${name} ${network}`)
  }

  /** Throws TooManyRequests. */
  code(name: string): void {
    this.#take('codes', name)
  }

  /** Throws TooManyRequests. */
  call(address: string): void {
    if (address !== '') this.#take('calls', networkOf(address))
  }

  #take(kind: keyof ThrottleRates, what: string): void {
    const key = storeKeyOf(`${kind} ${what}`)
    const { granted, retryUs } = this.#store.takeNow({
      key,
      params: this.#rates[kind],
      count: 1,
      cost: 1,
      want: 0,
      credit: 0,
      stamp: 0,
      settled: 0,
      lease: 0,
      debit: 0,
    })
    if (granted === 1) return
    const seconds = Math.max(1, Math.ceil(retryUs / 1_000_000))
    const message = `too many ${kind === 'calls' ? 'calls' : 'attempts'}: try again in ${seconds} s`
    throw new TooManyRequests(message, seconds, this.#isToldOf(key))
  }

  #isToldOf(key: string): boolean {
    const nowMs = this.#clock.monotonicMs()
    const toldMs = this.#toldMs.get(key)
    if (toldMs !== undefined && nowMs - toldMs < TOLD_EVERY_MS) return true
    this.#toldMs.delete(key)
    this.#toldMs.set(key, nowMs)
    if (this.#toldMs.size > MAX_TOLD) this.#toldMs.delete(this.#toldMs.keys().next().value!)
    return false
  }
}

/** An IPv4 client of a listener of both families comes with a mapped address. */
function networkOf(address: string): string {
  return countedNetwork(canonicalAddress(address) ?? address)
}
