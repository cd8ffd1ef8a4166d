// However an inner address is written, it is refused or seen for what it is; nothing passes for a public host.

import assert from 'node:assert/strict'
import { domainToASCII } from 'node:url'
import { isIPv4 } from 'node:net'
import { test } from 'node:test'
import {
  canonicalHost,
  hostText,
  parseAbsoluteForm,
  parseAuthority,
  type CanonicalHost,
  type RefusedHost,
} from '../../../gateway/allow/canonical-host.ts'
import type { EgressForm } from '../../../gateway/decide/egress.ts'
import { decideEgress } from '../../../gateway/decide/egress.ts'
import { vet, type VettingRules } from '../../../gateway/allow/vet.ts'
import { encodingsOf, splitsOf } from './encodings.ts'
import { NOW_MS, planOf } from './plan-of.ts'

const INNER = [
  '127.0.0.1',
  '127.255.0.254',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.100.100.200',
  '168.63.129.16',
  '224.0.0.1',
  '255.255.255.255',
]
const ALLOWED = 'api.example.com'

/** As permissive as a plan can be: everything that is not refused outright goes on to vetting. */
const REPORTING = planOf({
  mode: 'report',
  rules: [{ name: 'one', from: ['app'], allow: [ALLOWED, '*.example.com'] }],
})
const NOTHING_OPEN: VettingRules = {
  allow: [],
  deny: [],
  own: { listeners: [], machine: new Set() },
}

interface Reading {
  readonly form: EgressForm
  readonly host: CanonicalHost | RefusedHost
  readonly port: number
}

/** The ways in which a text comes in as a host. */
function readingsOf(text: string): Reading[] {
  const refusedOr = (form: EgressForm, target: ReturnType<typeof parseAuthority>): Reading =>
    target.kind === 'refused'
      ? { form, host: target, port: 443 }
      : { form, host: target.host, port: target.port }
  return [
    { form: 'connect', host: canonicalHost(text), port: 443 },
    refusedOr('connect', parseAuthority(text)),
    refusedOr('connect', parseAuthority(`${text}:443`)),
    refusedOr('absolute', parseAbsoluteForm(`http://${text}`)),
    refusedOr('absolute', parseAbsoluteForm(`http://${text}/`)),
    refusedOr('absolute', parseAbsoluteForm(`http://${text}:8080/x?y`)),
  ]
}

/** What a lenient resolver (inet_aton) or URL parser would take a name for, were it handed one. */
function looksLikeAddress(name: string): boolean {
  const parts = name.split('.')
  const isNumber = (part: string): boolean => /^(?:0x[0-9a-f]*|\d+)$/i.test(part)
  return (parts.length <= 4 && parts.every(isNumber)) || isIPv4(domainToASCII(name))
}

/** '' where no inner address would be dialled, else what went wrong. */
function fault({ form, host, port }: Reading): string {
  const isSeen = form !== 'connect'
  const facts = {
    caller: 'app',
    form,
    host,
    port,
    method: isSeen ? 'GET' : null,
    path: isSeen ? '/' : null,
  }
  const { verdict } = decideEgress(facts, REPORTING, NOW_MS)
  if (host.kind === 'refused') return verdict === 'deny' ? '' : 'refused host let through'
  if (host.kind === 'name')
    return looksLikeAddress(host.name) ? `passed as the name ${host.name}` : ''
  return vet([host.address], NOTHING_OPEN, port).kind === 'ok' ? `dialled ${host.address}` : ''
}

test('no spelling of an inner address is dialled', () => {
  let payloads = 0
  const faults: string[] = []
  for (const address of INNER) {
    for (const { how, text } of encodingsOf(address)) {
      payloads++
      for (const reading of readingsOf(text)) {
        const wrong = fault(reading)
        if (wrong !== '') faults.push(`${address} as ${how} (${reading.form}): ${wrong}`)
      }
    }
  }
  assert.deepEqual(faults, [])
  assert.ok(payloads >= 500, `${payloads} payloads`)
})

test('no spelling of an inner address is taken for a name', () => {
  const names = new Set<string>()
  for (const address of INNER) {
    for (const { how, text } of encodingsOf(address)) {
      // The path and the user are no part of the host in a URL, so only the host itself is looked at.
      if (canonicalHost(text).kind === 'name') names.add(how)
    }
  }
  assert.deepEqual([...names], [])
})

test('no authority with a second host in it is read as either', () => {
  const faults: string[] = []
  let payloads = 0
  for (const address of INNER) {
    for (const { how, text } of splitsOf(ALLOWED, address)) {
      payloads++
      for (const target of [parseAuthority(text), parseAuthority(`${text}:443`)]) {
        if (target.kind !== 'refused') faults.push(`${how}: ${hostText(target.host)}`)
      }
    }
  }
  assert.deepEqual(faults, [])
  assert.ok(payloads >= 500, `${payloads} payloads`)
})

test('a URL with a second host in it is refused, or the host before the path is the only one', () => {
  const faults: string[] = []
  for (const address of INNER) {
    for (const { how, text } of splitsOf(ALLOWED, address)) {
      const target = parseAbsoluteForm(`http://${text}/`)
      if (target.kind === 'refused') continue
      const before = /^[^/?]*/.exec(text)![0]
      if (hostText(target.host) !== before) faults.push(`${how}: ${hostText(target.host)}`)
    }
  }
  assert.deepEqual(faults, [])
})

test('odd spellings of a public address are refused as well, and told what was meant', () => {
  for (const { how, text } of encodingsOf('8.8.4.4')) {
    const host = canonicalHost(text)
    if (host.kind === 'refused') continue
    assert.ok(how === 'plain' || host.kind === 'address', `${how}: ${hostText(host)}`)
  }
  for (const text of ['134743044', '0x8080404', '010.8.4.4', '8.8.1028', '8.8.4.4.']) {
    const host = canonicalHost(text)
    assert.equal(host.kind === 'refused' && host.address, '8.8.4.4', text)
  }
})
