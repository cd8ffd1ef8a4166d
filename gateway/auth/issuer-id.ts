// Names for "the same keys" and "the same rules", so that nothing learnt under one configuration is used under another.

import { createHash } from 'node:crypto'
import type { IssuerPlan } from './plan.ts'

interface IssuerIds {
  readonly keySource: string
  readonly rules: string
}

const known = new WeakMap<IssuerPlan, IssuerIds>()

/**
 * Names where an issuer's keys come from. It stays the same over configurations that leave name, issuer and location
 * alone; where any of them changes, keys of before are never taken for keys of now.
 */
export function keySourceId(issuer: IssuerPlan): string {
  return idsOf(issuer).keySource
}

/** Names the issuer's whole plan: what was verified under other rules is verified again. */
export function issuerRulesId(issuer: IssuerPlan): string {
  return idsOf(issuer).rules
}

function idsOf(issuer: IssuerPlan): IssuerIds {
  let ids = known.get(issuer)
  if (ids === undefined) {
    const { name, issuer: url, jwks } = issuer
    ids = { keySource: `${name}.${digest([name, url, jwks])}`, rules: `${name}.${digest(issuer)}` }
    known.set(issuer, ids)
  }
  return ids
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)
}
