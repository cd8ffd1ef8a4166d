// What the Public Suffix List says about a name.

import { parse } from 'tldts'
import type { SuffixKind } from '../allow/suffix.ts'

export const suffixKind: SuffixKind = (name) => {
  // A label in front, since the list is asked about what a name stands below.
  const { publicSuffix, isIcann, isPrivate } = parse(`x.${name}`, { allowPrivateDomains: true })
  if (publicSuffix !== name) return null
  if (isIcann === true) return 'registry'
  return isPrivate === true ? 'hosting' : null
}
