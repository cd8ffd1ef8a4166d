// Fetches for people: the fetch of the keys' life-cycle, kept from every address that a name of somebody's choice may not reach.

import { lookup as lookUp, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { callbackify } from 'node:util'
import { vet, type VettingRules } from '../../allow/vet.ts'
import type { FetchJson } from '../../auth/fetch-json.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'

export interface GuardedFetchOptions {
  readonly fetchJson: FetchJson
  readonly rules: () => VettingRules
  /** Origins (`https://idp.example.com`) that the configuration names: keys are fetched from there anyway. */
  readonly isConfigured: (origin: string) => boolean
  /** All addresses of a name; the system's resolver in real life. */
  readonly resolve: (name: string) => Promise<readonly LookupAddress[]>
}

/** Rejects with a SallyportError `address_forbidden` where one address of the name may not be reached. */
export function guardedFetch(options: GuardedFetchOptions): FetchJson {
  return (url, more) => {
    const target = new URL(url)
    if (options.isConfigured(target.origin)) return options.fetchJson(url, more)
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80)
    const host = target.hostname.replace(/^\[|\]$/g, '')
    // An address is connected to without a look-up.
    const fault = isIP(host) === 0 ? null : faultOf([host], options.rules(), port, host)
    if (fault !== null) return Promise.reject(fault)
    return options.fetchJson(url, { ...more, lookup: vettedLookup(options, port) })
  }
}

/** The system's resolver. */
export function systemResolve(name: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookUp(name, { all: true }, (error, addresses) => {
      if (error === null) resolve(addresses)
      else reject(error)
    })
  })
}

/** What is checked is what is connected to: there is no second look-up. */
function vettedLookup({ resolve, rules }: GuardedFetchOptions, port: number): LookupFunction {
  const find = callbackify(async (name: string): Promise<[LookupAddress, ...LookupAddress[]]> => {
    const found = await resolve(name)
    const texts = found.map(({ address }) => address)
    const fault = faultOf(texts, rules(), port, name)
    const [first, ...rest] = found
    if (fault !== null || first === undefined) throw fault ?? new Error('no address')
    return [first, ...rest]
  })
  return (name, { all = false }, callback) => {
    find(name, (error, found) => {
      if (error !== null) callback(error, '', 0)
      else if (all) callback(null, found)
      else callback(null, found[0].address, found[0].family)
    })
  }
}

const WORDS = {
  address_not_public: 'an address that is not public',
  address_denied: 'an address that `egress.network.deny` forbids',
  own_listener: 'a door of this gateway',
  no_address: 'no address',
} as const

function faultOf(
  addresses: readonly string[],
  rules: VettingRules,
  port: number,
  host: string,
): SallyportError | null {
  const vetting = vet(addresses, rules, port)
  if (vetting.kind === 'ok') return null
  return new SallyportError('address_forbidden', `${host} leads to ${WORDS[vetting.reason]}`)
}
