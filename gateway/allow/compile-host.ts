// The host of a rule's entry as people write it: checked, and refused with the canonical spelling where it has another.

import { isIPv4 } from 'node:net'
import { domainToASCII } from 'node:url'
import { parseRange } from '../../sidecar/forward/address.ts'
import { canonicalHost, hostText, type RefusedHost } from './canonical-host.ts'
import type { HostMatch } from './plan.ts'
import type { SuffixKind } from './suffix.ts'

/** `severity` is an error unless it says otherwise. */
export interface Complaint {
  readonly severity?: 'warning'
  readonly message: string
  readonly fix: string
}

export interface WrittenHost {
  readonly host: HostMatch
  /** null where the text names none. */
  readonly port: number | null
  /** A warning about a host that is taken all the same. */
  readonly warning: Complaint | null
}

const CIDR = 'cidr:'
const LATIN = /\p{Script=Latin}/u
/** Scripts whose letters pass for Latin ones. */
const LOOK_ALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u

/**
 * Reads `api.example.com`, `*.example.com`, `cidr:203.0.113.0/24`, each with `:PORT` or without. Where `suffixKind` is
 * null a wildcard may be as wide as it likes: that is for what is refused.
 */
export function readHost(text: string, suffixKind: SuffixKind | null): WrittenHost | Complaint {
  if (text.startsWith(CIDR)) return readRange(text)
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)
  if (scheme !== null) {
    const authority = text.slice(scheme[0].length).replace(/[/?#].*$/s, '')
    return { message: `\`${text}\` is a URL`, fix: `write only the host: \`${authority}\`` }
  }
  if (/[/?#]/.test(text)) {
    const host = text.replace(/[/?#].*$/s, '')
    return {
      message: `\`${text}\` holds more than a host`,
      fix: `write \`${host}\`, or \`{ host: "${host}", paths: [...] }\``,
    }
  }
  return readNameOrAddress(text, suffixKind)
}

function readNameOrAddress(text: string, suffixKind: SuffixKind | null): WrittenHost | Complaint {
  const [, bare = '', portText] = /^(\[.*\]|[^:]*)(?::(.*))?$/s.exec(text) ?? [text, text]
  const port = portText === undefined ? null : portOf(portText)
  if (port === undefined) {
    const fix = `write \`${bare}:443\`, with a port from 1 to 65535`
    return { message: `\`${text}\` names no port`, fix }
  }
  const isWildcard = bare.startsWith('*.')
  const name = isWildcard ? bare.slice(2) : bare
  if (name.includes('*') || (isWildcard && name === '')) return starComplaint(bare)
  const canonical = canonicalHost(name)
  if (canonical.kind === 'refused') return refusal(bare, name, canonical)
  if (canonical.kind === 'address') return addressComplaint(bare, canonical.address)
  if (canonical.name !== name) {
    const fix = `write \`${bare.slice(0, -name.length)}${canonical.name}\``
    return { message: `\`${bare}\` is not the canonical spelling`, fix }
  }
  if (!isWildcard) return { host: { kind: 'exact', name }, port, warning: null }
  const complaint = suffixKind === null ? null : suffixComplaint(name, suffixKind)
  if (complaint !== null && complaint.severity === undefined) return complaint
  return { host: { kind: 'wildcard', suffix: `.${name}` }, port, warning: complaint }
}

function readRange(text: string): WrittenHost | Complaint {
  const [, rangeText = '', portText] = /^(.*?\/\d+)(?::(\d+))?$/.exec(text.slice(CIDR.length)) ?? []
  const range = parseRange(rangeText)
  if (range === null) {
    const single = parseRange(text.slice(CIDR.length))
    const bits = single !== null && isIPv4(single.text) ? 32 : 128
    const fix =
      single === null
        ? 'write it like `cidr:203.0.113.0/24` or `cidr:2001:db8::/32:443`'
        : `write \`${CIDR}${single.text}/${bits}\``
    return { message: `\`${text}\` is not a range`, fix }
  }
  const port = portText === undefined ? null : portOf(portText)
  if (port === undefined) {
    return { message: `\`${portText}\` is not a port`, fix: 'write a port from 1 to 65535' }
  }
  if (range.text !== rangeText) {
    const fix = `write \`${CIDR}${range.text}${port === null ? '' : `:${port}`}\``
    return { message: `\`${text}\` is not how that range is spelled`, fix }
  }
  return { host: { kind: 'range', range }, port, warning: null }
}

function refusal(written: string, name: string, { reason, address }: RefusedHost): Complaint {
  if (address !== null) return addressComplaint(written, address)
  const ascii = domainToASCII(name)
  const canonical = canonicalHost(ascii)
  if (reason === 'not_ascii' && canonical.kind === 'name') {
    const mixes = name.split('.').some((label) => LATIN.test(label) && LOOK_ALIKE.test(label))
    const what = mixes
      ? 'mixes letters of several scripts that look alike'
      : 'is not written in ASCII'
    const fix = `requests spell it \`${written.slice(0, -name.length)}${hostText(canonical)}\`; write that if it is meant`
    return { message: `\`${written}\` ${what}`, fix }
  }
  return {
    message: `\`${written}\` is not a host name`,
    fix: 'write labels of letters, digits and hyphens with dots between, as in `api.example.com`',
  }
}

function addressComplaint(written: string, address: string): Complaint {
  const fix = `write \`${CIDR}${address}/${isIPv4(address) ? 32 : 128}\` if callers name the address itself`
  const means = written.replace(/^\[|\]$/g, '') === address ? '' : ` (${address})`
  return { message: `\`${written}\` is an IP address${means}, not a name`, fix }
}

function starComplaint(written: string): Complaint {
  const rest = written.replace(/^\*\.?/, '')
  if (rest === '') {
    return {
      message: `\`${written}\` is every host`,
      fix: 'name the hosts; there is no rule for all',
    }
  }
  const fix = rest.includes('*')
    ? 'write `*.` followed by a full name, as in `*.example.com`'
    : `write \`*.${rest}\` for names below it, \`${rest}\` for itself, or both`
  return { message: `\`${written}\` has a \`*\` that is not a whole first label`, fix }
}

function suffixComplaint(name: string, suffixKind: SuffixKind): Complaint | null {
  const fix = 'name the hosts, or the domain of one owner, as in `*.example.com`'
  const kind = suffixKind(name)
  if (kind === 'registry') {
    return { message: `anybody can register a name below \`${name}\``, fix }
  }
  if (!name.includes('.')) {
    return { message: `\`*.${name}\` is everything below a top-level domain`, fix }
  }
  if (kind === null) return null
  const message = `any customer of its owner can have a name below \`${name}\``
  return { severity: 'warning', message, fix: 'name the hosts you use where you can' }
}

/** undefined where it is none. */
function portOf(text: string): number | undefined {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined
}
