import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainHost, plainText } from '../../../admin-ui/language/typed-text.ts'

test('what a Japanese keyboard types is read as what is meant', () => {
  assert.equal(plainHost('ＡＰＩ．example.com'), 'api.example.com')
  assert.equal(plainHost('api。example。com：８４４３'), 'api.example.com:8443')
  assert.equal(plainText('　１００／min　'), '100/min')
})
