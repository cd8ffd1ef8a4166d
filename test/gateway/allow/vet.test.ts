// Which answers of DNS may be dialled.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MAX_ADDRESSES, vet, type VettingRules } from '../../../gateway/allow/vet.ts'
import { parseRange, type AddressRange } from '../../../sidecar/forward/address.ts'

const NOBODY: VettingRules['own'] = { listeners: [], machine: new Set() }

function rulesOf(
  allow: readonly string[] = [],
  deny: readonly string[] = [],
  own = NOBODY,
): VettingRules {
  const ranges = (texts: readonly string[]): AddressRange[] =>
    texts.map((text) => parseRange(text)!)
  return { allow: ranges(allow), deny: ranges(deny), own }
}

function verdict(addresses: readonly string[], rules: VettingRules, port = 443): string {
  const vetting = vet(addresses, rules, port)
  if (vetting.kind === 'ok') return vetting.addresses.join(' ')
  return `${vetting.reason} ${vetting.address} ${vetting.class}`.trim()
}

describe('an answer without extra ranges', () => {
  const CASES: readonly (readonly [addresses: readonly string[], expected: string])[] = [
    [['8.8.8.8'], '8.8.8.8'],
    [['8.8.8.8', '2606:4700::1111'], '8.8.8.8 2606:4700::1111'],
    [['2606:4700:0:0::1111', '2606:4700::1111'], '2606:4700::1111'],
    [['127.0.0.1'], 'address_not_public 127.0.0.1 loopback'],
    [['8.8.8.8', '10.0.0.1'], 'address_not_public 10.0.0.1 private'],
    [['8.8.8.8', 'fd00::1'], 'address_not_public fd00::1 private'],
    [['169.254.169.254'], 'address_not_public 169.254.169.254 metadata'],
    [['::ffff:8.8.8.8'], 'address_not_public 8.8.8.8 ipv4_mapped'],
    [['64:ff9b::808:808'], 'address_not_public 64:ff9b::808:808 nat64'],
    [['fe80::1%eth0'], 'address_not_public fe80::1%eth0 invalid'],
    [['example.com'], 'address_not_public example.com invalid'],
    [[], 'no_address  invalid'],
  ]
  for (const [addresses, expected] of CASES) {
    test(`${addresses.join(' ')} gives ${expected}`, () => {
      assert.equal(verdict(addresses, rulesOf()), expected)
    })
  }

  test('however long it is, all of it is checked and little of it is dialled', () => {
    const many = Array.from({ length: 512 }, (_, index) => `8.8.${index >>> 8}.${index & 255}`)
    const vetting = vet(many, rulesOf(), 443)
    assert.equal(vetting.kind === 'ok' && vetting.addresses.length, MAX_ADDRESSES)
    assert.equal(vet([...many, '10.0.0.1'], rulesOf(), 443).kind, 'forbidden')
  })
})

describe('extra ranges', () => {
  test('open what they name and nothing beside it', () => {
    const rules = rulesOf(['10.20.0.0/16', 'fd12::/16'])
    assert.equal(verdict(['10.20.255.1', 'fd12::1'], rules), '10.20.255.1 fd12::1')
    assert.match(verdict(['10.21.0.1'], rules), /^address_not_public/)
  })

  test('deny beats allow, and public', () => {
    const rules = rulesOf(['10.0.0.0/8'], ['10.1.0.0/16', '8.8.8.8'])
    assert.equal(verdict(['10.2.0.1'], rules), '10.2.0.1')
    assert.match(verdict(['10.1.0.1'], rules), /^address_denied/)
    assert.match(verdict(['8.8.8.8'], rules), /^address_denied/)
  })

  test('a denied address is denied inside a translated one too', () => {
    const rules = rulesOf(['64:ff9b::/96'], ['8.8.8.8'])
    assert.match(verdict(['64:ff9b::808:808'], rules), /^address_denied/)
  })

  test('a metadata service is opened by its very address only', () => {
    assert.match(verdict(['169.254.169.254'], rulesOf(['169.254.0.0/16'])), /metadata$/)
    assert.match(verdict(['fd00:ec2::254'], rulesOf(['fd00::/8'])), /metadata$/)
    assert.equal(verdict(['169.254.169.254'], rulesOf(['169.254.169.254'])), '169.254.169.254')
    assert.equal(verdict(['fd00:ec2::254'], rulesOf(['fd00:ec2::254/128'])), 'fd00:ec2::254')
  })

  test('a translation prefix opens what is public inside, and nothing else', () => {
    const rules = rulesOf(['64:ff9b::/96'])
    assert.equal(verdict(['64:ff9b::808:808'], rules), '64:ff9b::808:808')
    assert.match(verdict(['64:ff9b::7f00:1'], rules), /loopback$/)
    assert.match(verdict(['64:ff9b::a9fe:a9fe'], rules), /metadata$/)
  })

  test('a mapped address is never dialled, whatever was opened', () => {
    const rules = rulesOf(['127.0.0.0/8', '::/1'])
    assert.match(verdict(['::ffff:127.0.0.1'], rules), /^address_not_public/)
    assert.equal(verdict(['127.0.0.1'], rules), '127.0.0.1')
  })

  test('the unspecified address is never dialled', () => {
    assert.match(verdict(['0.0.0.0'], rulesOf(['0.0.0.0/8'])), /unspecified$/)
    assert.match(verdict(['::'], rulesOf(['::/8'])), /unspecified$/)
  })
})

describe('our own listeners', () => {
  const OPEN = ['127.0.0.0/8', '10.0.0.0/8', '::1']

  test('are not dialled on their port, and others on the same address are', () => {
    const own = { listeners: [{ address: '8.8.8.8', port: 443 }], machine: new Set<string>() }
    assert.match(verdict(['8.8.8.8'], rulesOf([], [], own)), /^own_listener/)
    assert.equal(verdict(['8.8.8.8'], rulesOf([], [], own), 8443), '8.8.8.8')
    assert.equal(verdict(['8.8.4.4'], rulesOf([], [], own)), '8.8.4.4')
  })

  for (const address of ['0.0.0.0', '::']) {
    test(`on ${address} are met at every address of this machine`, () => {
      const own = { listeners: [{ address, port: 443 }], machine: new Set(['10.0.0.7']) }
      const rules = rulesOf(OPEN, [], own)
      assert.match(verdict(['10.0.0.7'], rules), /^own_listener/)
      assert.match(verdict(['127.0.0.99'], rules), /^own_listener/)
      assert.match(verdict(['::1'], rules), /^own_listener/)
      assert.equal(verdict(['10.0.0.8'], rules), '10.0.0.8')
      assert.equal(verdict(['127.0.0.99'], rules, 80), '127.0.0.99')
    })
  }

  test('are found inside translated addresses', () => {
    const own = { listeners: [{ address: '8.8.8.8', port: 443 }], machine: new Set<string>() }
    assert.match(verdict(['64:ff9b::808:808'], rulesOf(['64:ff9b::/96'], [], own)), /^own_listener/)
  })
})
