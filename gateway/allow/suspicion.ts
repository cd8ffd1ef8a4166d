// Destinations that an attack would ask for, told from the host and from what DNS said: nobody lets them out by one click.

import { classifyAddress } from './address-class.ts'
import { canonicalHost, type CanonicalHost } from './canonical-host.ts'
import type { AnswerClass } from './denials.ts'

/**
 * `metadata`: a cloud's metadata service; `inside`: an address or a name of this machine or its networks;
 * `rebinding`: a name of the outside that leads inside; `address_literal`: a public address instead of a name.
 */
export type Suspicion = 'metadata' | 'inside' | 'rebinding' | 'address_literal'

/** By which clouds call their metadata services. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata.google.internal',
  'metadata.goog',
  'metadata',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
])

/** `host`: as it stands in the inbox. null: nothing speaks against a rule for it. */
export function suspicionOf(host: string, answer: AnswerClass): Suspicion | null {
  const canonical = canonicalHost(host)
  if (canonical.kind === 'address') return ofAddress(canonical.address)
  if (canonical.kind === 'refused') {
    return canonical.address === null ? null : ofAddress(canonical.address)
  }
  return ofName(canonical, answer)
}

function ofAddress(address: string): Suspicion {
  const name = classifyAddress(address)
  if (name === 'metadata') return 'metadata'
  return name === 'public' ? 'address_literal' : 'inside'
}

function ofName(
  { name }: Extract<CanonicalHost, { kind: 'name' }>,
  answer: AnswerClass,
): Suspicion | null {
  if (METADATA_NAMES.has(name)) return 'metadata'
  // RFC 6761 section 6.3: such names are this machine's, whatever a resolver says.
  const isOurs = !name.includes('.') || name.endsWith('.localhost')
  if (isOurs) return 'inside'
  return answer === 'forbidden' ? 'rebinding' : null
}
