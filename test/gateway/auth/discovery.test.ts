// Where an issuer says its keys are, and when it is not believed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discoverKeysUrl, metadataUrls } from '../../../gateway/auth/discovery.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'

const options = { caPem: null, signal: new AbortController().signal }
const answers = (metadata: unknown) => async () => metadata

test('metadata is looked for where both standards put it', () => {
  assert.deepEqual(metadataUrls('https://idp.test/tenant/'), [
    'https://idp.test/tenant/.well-known/openid-configuration',
    'https://idp.test/.well-known/oauth-authorization-server/tenant',
  ])
})

test('the second place is asked only where the first says that it has nothing', async () => {
  const asked: string[] = []
  const missing = (code: string) => async (url: string) => {
    asked.push(url)
    if (asked.length === 1) throw new SallyportError(code, 'no')
    return { issuer: 'https://idp.test', jwks_uri: 'https://idp.test/k' }
  }
  assert.equal(
    await discoverKeysUrl('https://idp.test', missing('fetch_status'), options),
    'https://idp.test/k',
  )
  assert.equal(asked.length, 2)
  asked.length = 0
  await assert.rejects(discoverKeysUrl('https://idp.test', missing('fetch_timeout'), options))
  assert.equal(asked.length, 1)
})

test('the metadata must be that of the issuer, letter by letter', async () => {
  for (const issuer of ['https://idp.test/', 'https://IDP.test', 'https://evil.test', undefined]) {
    const metadata = { issuer, jwks_uri: 'https://idp.test/jwks' }
    await assert.rejects(discoverKeysUrl('https://idp.test', answers(metadata), options), {
      code: 'discovery_issuer',
    })
  }
})

test('keys are fetched over https only', async () => {
  for (const uri of ['http://idp.test/jwks', 'file:///etc/keys', 'jwks', 7, undefined]) {
    const metadata = { issuer: 'https://idp.test', jwks_uri: uri }
    await assert.rejects(discoverKeysUrl('https://idp.test', answers(metadata), options), {
      code: 'discovery_jwks_uri',
    })
  }
})
