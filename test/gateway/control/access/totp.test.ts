// Codes of authenticator apps against the vectors of the standard, and that each is taken once.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  newFactor,
  RECOVERY_CODES,
  renewRecovery,
  takeCode,
} from '../../../../gateway/control/access/factor-state.ts'
import {
  base32,
  newTotpSecret,
  stepOfCode,
  totpCode,
  totpStep,
  totpUri,
} from '../../../../gateway/control/access/totp.ts'

const RFC_SECRET = base32(Buffer.from('12345678901234567890'))
const NOW_MS = 1_800_000_000_000

suite('a one-time code', () => {
  // RFC 6238 appendix B, the last six of their eight digits.
  for (const [seconds, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ] as const) {
    test(`at ${seconds} s is that of RFC 6238`, () => {
      assert.equal(totpCode(RFC_SECRET, totpStep(seconds * 1000)), code)
    })
  }

  test('has a secret of 160 bits in the letters that apps read', () => {
    assert.match(newTotpSecret(), /^[A-Z2-7]{32}$/)
    assert.notEqual(newTotpSecret(), newTotpSecret())
    assert.equal(RFC_SECRET, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
    assert.equal(
      totpUri('ABC', 'sato', 'gw.test:9443'),
      'otpauth://totp/Sallyport%3Asato%40gw.test%3A9443?secret=ABC&issuer=Sallyport',
    )
  })

  test('counts one step to either side, and no further', () => {
    const step = totpStep(NOW_MS)
    for (const [away, counts] of [
      [-2, false],
      [-1, true],
      [0, true],
      [1, true],
      [2, false],
    ] as const) {
      const found = stepOfCode(RFC_SECRET, totpCode(RFC_SECRET, step + away), NOW_MS, 0)
      assert.equal(found, counts ? step + away : null, `${away}`)
    }
    for (const code of ['', '12345', '1234567', 'abcdef']) {
      assert.equal(stepOfCode(RFC_SECRET, code, NOW_MS, 0), null)
    }
  })

  test('is taken once, and then none of before', () => {
    const factor = { ...newFactor(), isConfirmed: true }
    const step = totpStep(NOW_MS)
    const [earlier, now] = [totpCode(factor.secret, step - 1), totpCode(factor.secret, step)]
    assert.equal(takeCode(factor, ` ${now.slice(0, 3)} ${now.slice(3)}`, NOW_MS), 'code')
    assert.equal(takeCode(factor, now, NOW_MS), null)
    assert.equal(takeCode(factor, earlier, NOW_MS), null)
    assert.equal(takeCode(factor, totpCode(factor.secret, step + 1), NOW_MS), 'code')
  })

  test('may be written in wide digits', () => {
    const factor = newFactor()
    const wide = totpCode(factor.secret, totpStep(NOW_MS)).replaceAll(/\d/g, (digit) =>
      String.fromCodePoint(digit.codePointAt(0)! + 0xfee0),
    )
    assert.equal(takeCode(factor, wide, NOW_MS), 'code')
  })
})

suite('a recovery code', () => {
  test('counts once each, in capitals or not, and is kept as a hash', () => {
    const factor = newFactor()
    const codes = renewRecovery(factor)
    assert.equal(new Set(codes).size, RECOVERY_CODES)
    for (const code of codes) {
      assert.match(code, /^([a-z2-7]{4}-){3}[a-z2-7]{4}$/)
      assert.ok(!JSON.stringify(factor).includes(code.replaceAll('-', '').toUpperCase()))
    }
    assert.equal(takeCode(factor, codes[0]!.toUpperCase(), NOW_MS), 'recovery')
    assert.equal(takeCode(factor, codes[0]!, NOW_MS), null)
    assert.equal(takeCode(factor, codes[1]!.replaceAll('-', ' '), NOW_MS), 'recovery')
    assert.equal(factor.recovery.length, RECOVERY_CODES - 2)
  })

  test('is worth nothing once there are new ones', () => {
    const factor = newFactor()
    const [old = ''] = renewRecovery(factor)
    const [fresh = ''] = renewRecovery(factor)
    assert.equal(takeCode(factor, old, NOW_MS), null)
    assert.equal(takeCode(factor, fresh, NOW_MS), 'recovery')
  })
})
