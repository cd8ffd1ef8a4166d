// One host of a `match:`: checked, and refused with the right spelling where it could never equal a request's host.

import { isIPv4 } from 'node:net'
import { domainToASCII } from 'node:url'
import { canonicalAddress } from '../../sidecar/forward/address.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import type { HostPattern } from './plan.ts'

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
const MAX_HOST_LENGTH = 253

type Verdict = HostPattern | { readonly message: string; readonly fix: string }

/** The pattern `text` stands for, or null after a report. `*` is every host. */
export function compileHost(text: string, at: ConfigPath, report: Report): HostPattern | null {
  const verdict = judgeHost(text)
  if ('kind' in verdict) return verdict
  report({ severity: 'error', path: at, ...verdict })
  return null
}

function judgeHost(text: string): Verdict {
  if (text === '*') return { kind: 'any', value: '' }
  if (text === '') return { message: 'the host is empty', fix: 'write a host name, or `*`' }
  if (text.includes('/')) {
    return { message: `host \`${text}\` holds more than a name`, fix: 'write only the host name' }
  }
  return judgeAddress(text) ?? judgeName(text)
}

/** IP literals, bracketed or not; null for what is a name. */
function judgeAddress(text: string): Verdict | null {
  if (isIPv4(text)) return { kind: 'exact', value: text }
  const bracketed = /^\[(.*)\](:\d*)?$/.exec(text)
  const address = canonicalAddress(bracketed ? bracketed[1]! : text)
  if (address === null) {
    if (!bracketed) return null
    return {
      message: `host \`${text}\` is not an IPv6 address`,
      fix: 'write it like `[2001:db8::1]`, without a zone',
    }
  }
  const canonical = isIPv4(address) ? address : `[${address}]`
  if (bracketed?.[2] !== undefined) return portProblem(text, canonical)
  if (canonical === text) return { kind: 'exact', value: text }
  return {
    message: `host \`${text}\` is not how requests spell that address`,
    fix: `write \`${canonical}\``,
  }
}

function judgeName(text: string): Verdict {
  const port = /:\d*$/.exec(text)
  if (port) return portProblem(text, text.slice(0, port.index))
  if (text.endsWith('.')) {
    const fix = `write \`${text.replace(/\.+$/, '')}\``
    return { message: `host \`${text}\` ends in a dot`, fix }
  }
  const wildcard = text.startsWith('*.')
  const name = wildcard ? text.slice(2) : text
  if (name.includes('*')) {
    return {
      message: `host \`${text}\` has a \`*\` that is not a whole first label`,
      fix: 'write `*.` followed by a full name, as in `*.example.com`',
    }
  }
  const lowerCase = name.toLowerCase()
  if (lowerCase !== name && isName(lowerCase)) {
    return { message: `host \`${text}\` is not lower case`, fix: `write \`${text.toLowerCase()}\`` }
  }
  const ascii = domainToASCII(name)
  if (ascii !== name && isName(ascii) && !(wildcard && isIPv4(ascii))) {
    const fix = `write \`${wildcard ? '*.' : ''}${ascii}\``
    return { message: `host \`${text}\` is not how requests spell that name`, fix }
  }
  if (ascii !== name || !isName(name)) {
    return {
      message: `\`${text}\` is not a host name`,
      fix: 'write labels of letters, digits and hyphens with dots between, as in `api.example.com`',
    }
  }
  return wildcard ? { kind: 'wildcard', value: `.${name}` } : { kind: 'exact', value: name }
}

function portProblem(text: string, withoutPort: string): Verdict {
  return {
    message: `host \`${text}\` names a port`,
    fix: `write \`${withoutPort}\`; the port is the listener's, a route serves every port of its listeners`,
  }
}

function isName(text: string): boolean {
  return text.length <= MAX_HOST_LENGTH && text.split('.').every((label) => LABEL.test(label))
}
