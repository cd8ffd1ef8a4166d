// The signing keys of every issuer: whether they can be read, and whether those in force are the ones it has now.

import { errorMessage } from '../../../../sidecar/runtime/errors.ts'
import { keySourceId } from '../../../auth/issuer-id.ts'
import { importKeySet, type JwksDocument } from '../../../auth/key-set.ts'
import type { IssuerPlan } from '../../../auth/plan.ts'
import type { CheckContext } from '../check-context.ts'
import type { Finding } from '../check.ts'

/** More than anybody configures by hand. */
const MAX_ISSUERS = 50

export function checkKeys({ plan, running, probes }: CheckContext): Promise<readonly Finding[]> {
  const issuers = (plan?.issuers ?? []).slice(0, MAX_ISSUERS)
  return Promise.all(
    issuers.map((issuer) => {
      const inForce = running === null ? undefined : running.keys.get(keySourceId(issuer))
      return checkIssuer(issuer, inForce, running !== null, probes.fetchKeys)
    }),
  )
}

async function checkIssuer(
  issuer: IssuerPlan,
  inForce: JwksDocument | null | undefined,
  isRunning: boolean,
  fetchKeys: (issuer: IssuerPlan) => Promise<unknown>,
): Promise<Finding> {
  const { name } = issuer
  const id = `keys.${name}`
  if (issuer.jwks.kind === 'inline') {
    return { id, status: 'ok', say: (t) => t.issuerInline(name) }
  }
  const known = inForce ?? null
  try {
    const now = importKeySet(await fetchKeys(issuer))
    const keys = now?.keySet.keys.length ?? 0
    if (now === null || keys === 0) throw new Error('the answer holds no key that can be used')
    const before = known === null ? null : importKeySet(known)
    if (isRunning && before === null) {
      return { id, status: 'failed', say: (t) => t.issuerNone(name) }
    }
    const isBehind = before !== null && before.keySet.version !== now.keySet.version
    return isBehind
      ? { id, status: 'warning', say: (t) => t.issuerBehind(name) }
      : { id, status: 'ok', say: (t) => t.issuerGood(name, keys) }
  } catch (error) {
    const reason = errorMessage(error)
    if (isRunning && known === null) {
      return { id, status: 'failed', say: (t) => t.issuerNone(name) }
    }
    const status = isRunning ? 'warning' : 'failed'
    return { id, status, say: (t) => t.issuerAway(name, reason) }
  }
}
