import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseConfig } from '../../../../admin-ui/config-text/parse.ts'
import {
  addIssuer,
  ALGORITHMS,
  changeIssuer,
  DEFAULT_ALGORITHMS,
  issuerFaults,
  issuerFields,
  issuerValue,
  NEVER,
} from '../../../../admin-ui/pages/policies/issuer-fields.ts'
import { ASYMMETRIC_ALGORITHMS } from '../../../../gateway/auth/key-set.ts'

const FILE = `issuers:
  idp: https://idp.test/   # the main one
  partner:
    issuer: https://partner.test/ # as they spell it
    clockSkew: 30s   # their clock is bad
    ca: ./partner.pem
routes: []
`
const partner = (parseConfig(FILE).root['issuers'] as Record<string, unknown>)['partner']

suite('the form of an issuer', () => {
  test('offers what the gateway verifies, and neither none nor a shared secret', () => {
    assert.deepEqual([...ALGORITHMS].toSorted(), [...ASYMMETRIC_ALGORITHMS].toSorted())
    for (const name of NEVER) assert.ok(!ASYMMETRIC_ALGORITHMS.includes(name), name)
  })

  test('writes the address alone where it says all there is to say', () => {
    const fields = issuerFields('https://idp.test/')
    assert.deepEqual(fields.algorithms, DEFAULT_ALGORITHMS)
    assert.equal(issuerValue(fields), 'https://idp.test/')
    const added = addIssuer(FILE, 'other', issuerFields('https://other.test/'))
    assert.equal(added, FILE.replace('routes:', '  other: https://other.test/\nroutes:'))
    const bare = 'routes: []\n'
    const first = parseConfig(addIssuer(bare, 'idp', issuerFields('https://idp.test/')))
    assert.deepEqual(first.root['issuers'], { idp: 'https://idp.test/' })
  })

  test('becomes the long form for what is special, and the short one again', () => {
    const special = {
      ...issuerFields('https://idp.test/'),
      clockSkew: '５s',
      algorithms: ['RS256'],
    }
    const long = { issuer: 'https://idp.test/', algorithms: ['RS256'], clockSkew: '5s' }
    assert.deepEqual(issuerValue(special), long)
    assert.deepEqual(issuerFields(issuerValue(special)).algorithms, ['RS256'])
    const changed = changeIssuer(FILE, 'idp', 'https://idp.test/', special)
    assert.match(changed, /idp: \{ issuer: https:\/\/idp\.test\/, .*clockSkew: 5s \} {3}# the main/)
  })

  test('changes only what differs and keeps comments and keys that it does not show', () => {
    const fields = { ...issuerFields(partner), maxLifetime: '1h' }
    const changed = changeIssuer(FILE, 'partner', partner, fields)
    assert.equal(changed, FILE.replace('partner.pem\n', 'partner.pem\n    maxLifetime: 1h\n'))
    assert.equal(changeIssuer(FILE, 'partner', partner, issuerFields(partner)), FILE)
    const less = changeIssuer(FILE, 'partner', partner, { ...issuerFields(partner), clockSkew: '' })
    assert.equal(less, FILE.replace('    clockSkew: 30s   # their clock is bad\n', ''))
  })

  test('leaves keys that stand in the file alone', () => {
    const written = { issuer: 'https://a.test/', jwks: { keys: [] } }
    const file = 'issuers:\n  a: { issuer: "https://a.test/", jwks: { keys: [] } }\n'
    assert.equal(issuerFields(written).jwks, null)
    const changed = changeIssuer(file, 'a', written, { ...issuerFields(written), type: 'at+jwt' })
    assert.match(changed, /jwks: \{ keys: \[\] \}, type: at\+jwt/)
  })

  test('says what the file would be refused for', () => {
    const wrong = {
      ...issuerFields('idp'),
      algorithms: [],
      clockSkew: 'a minute',
      maxLifetime: '1 hour',
    }
    assert.deepEqual([...issuerFaults(wrong)], ['issuer', 'algorithms', 'clockSkew', 'maxLifetime'])
    assert.equal(issuerFaults(issuerFields('https://idp.test/')).size, 0)
  })
})
