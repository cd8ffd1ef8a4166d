// The DNS names and addresses a certificate is good for.

import type { X509Certificate } from 'node:crypto'
import { isIPv6, SocketAddress } from 'node:net'

const ENTRY = /([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/y
const DNS_NAME = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/

/** Lower case, in the order of the SANs (RFC 5280 section 4.2.1.6); the common name is not one of them. */
export function certificateNames(certificate: X509Certificate): readonly string[] {
  return parseAltNames(certificate.subjectAltName ?? '')
}

/**
 * Reads Node's form of the extension, `DNS:a.example, IP Address:::1, URI:"…"`. A value in quotes is one value,
 * whatever commas are in it, so that nobody can hide a second name inside another kind of entry (CVE-2021-44532).
 */
export function parseAltNames(text: string): readonly string[] {
  const names: string[] = []
  ENTRY.lastIndex = 0
  for (let match = ENTRY.exec(text); match !== null; match = ENTRY.exec(text)) {
    const [entry, kind, value = ''] = match
    if (kind === 'DNS' && DNS_NAME.test(value.toLowerCase())) names.push(value.toLowerCase())
    else if (kind === 'IP Address') names.push(canonicalAddress(value))
    if (entry === '' || ENTRY.lastIndex >= text.length) break
  }
  return names
}

/** Whether a certificate for `names` serves `name`; a wildcard stands for exactly one label (RFC 9525 section 6.3). */
export function coversName(names: readonly string[], name: string): boolean {
  const dot = name.indexOf('.')
  return names.includes(name) || (dot > 0 && names.includes(`*${name.slice(dot)}`))
}

function canonicalAddress(text: string): string {
  if (!isIPv6(text)) return text
  return new SocketAddress({ address: text, family: 'ipv6' }).address
}
