// Asks DNS for the addresses of a name, by A and AAAA alone: no hosts file, no search domain, no second spelling.

import { Resolver as SystemResolver } from 'node:dns/promises'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { errorCode } from '../../sidecar/runtime/errors.ts'

export type Resolution =
  | {
      readonly kind: 'found'
      /** At least one; A and AAAA together, in the order of the answers. */
      readonly addresses: readonly string[]
      /** How long the answer may be kept. */
      readonly ttlMs: number
    }
  | { readonly kind: 'failed'; readonly reason: ResolutionFault }

/** Also the reason in answers and records. */
export type ResolutionFault = 'dns_not_found' | 'dns_timeout' | 'dns_failed' | 'dns_overloaded'

export interface Resolver {
  /** `name`: canonical DNS name without trailing dot. Never rejects. */
  resolve(name: string): Promise<Resolution>
}

/** For one try; the second waits longer. Whoever asks has a limit of their own. */
const TRY_MS = 1000
const TRIES = 2
/** Once one family has answered, the other is waited for no longer than this. */
const OTHER_FAMILY_MS = 250

interface FamilyAnswer {
  readonly addresses: readonly string[]
  readonly ttlSeconds: number
  /** Null where there are addresses. */
  readonly fault: ResolutionFault | null
}

type Family = 'A' | 'AAAA'

export class DnsResolver implements Resolver {
  readonly #system: SystemResolver
  readonly #clock: Clock

  /** `servers`: `ADDRESS` or `ADDRESS:PORT`; null for those of the system. */
  constructor(servers: readonly string[] | null, clock: Clock) {
    this.#clock = clock
    this.#system = new SystemResolver({ timeout: TRY_MS, tries: TRIES })
    if (servers !== null) this.#system.setServers([...servers])
  }

  async resolve(name: string): Promise<Resolution> {
    const asked = [this.#ask(name, 'A'), this.#ask(name, 'AAAA')]
    const first = await Promise.race(asked)
    const awaited = first.fault === null ? asked.map((each) => this.#withinGrace(each)) : asked
    const answers = (await Promise.all(awaited)).filter((answer) => answer !== null)
    const found = answers.filter(({ fault }) => fault === null)
    if (found.length === 0) return { kind: 'failed', reason: worst(answers) }
    return {
      kind: 'found',
      addresses: found.flatMap(({ addresses }) => addresses),
      ttlMs: Math.min(...found.map(({ ttlSeconds }) => ttlSeconds)) * 1000,
    }
  }

  async #ask(name: string, family: Family): Promise<FamilyAnswer> {
    try {
      const records =
        family === 'A'
          ? await this.#system.resolve4(name, { ttl: true })
          : await this.#system.resolve6(name, { ttl: true })
      const ttlSeconds = records.reduce((least, { ttl }) => Math.min(least, ttl), Infinity)
      const fault = records.length === 0 ? 'dns_not_found' : null
      return { addresses: records.map(({ address }) => address), ttlSeconds, fault }
    } catch (error) {
      return { addresses: [], ttlSeconds: 0, fault: faultOf(errorCode(error)) }
    }
  }

  /** An answer that comes too late is not used, and nothing waits for it. */
  #withinGrace(asked: Promise<FamilyAnswer>): Promise<FamilyAnswer | null> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(OTHER_FAMILY_MS, () => resolve(null))
      void asked.then(resolve).finally(cancel)
    })
  }
}

/** What went wrong with one family explains more than the other's being absent. */
function worst(answers: readonly FamilyAnswer[]): ResolutionFault {
  const faults = answers.map(({ fault }) => fault)
  if (faults.includes('dns_timeout')) return 'dns_timeout'
  return faults.includes('dns_failed') ? 'dns_failed' : 'dns_not_found'
}

function faultOf(code: string): ResolutionFault {
  if (code === 'ENOTFOUND' || code === 'ENODATA') return 'dns_not_found'
  return code === 'ETIMEOUT' ? 'dns_timeout' : 'dns_failed'
}
