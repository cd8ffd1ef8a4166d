// The text of a join token: `sp1.<id>.<secret>.<SHA-256 of the trust bundle>`, the parts in base64url.

import { timingSafeEqual } from 'node:crypto'

export interface JoinTokenParts {
  readonly id: string
  readonly secret: string
  /** See bundleHash: lets the sidecar that is given the token know control before it says anything. */
  readonly bundleHash: string
}

export const ID_BYTES = 12
export const SECRET_BYTES = 32
const FORM = /^sp1\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/

export function writeJoinToken({ id, secret, bundleHash }: JoinTokenParts): string {
  return `sp1.${id}.${secret}.${bundleHash}`
}

/** null where the text is not of that form, to the last character. */
export function readJoinToken(text: string): JoinTokenParts | null {
  const match = FORM.exec(text)
  if (match === null) return null
  const [, id = '', secret = '', bundleHash = ''] = match
  return { id, secret, bundleHash }
}

/** In a time that does not depend on where two texts of one length differ. */
export function isSameText(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)]
  return first.length === second.length && timingSafeEqual(first, second)
}
