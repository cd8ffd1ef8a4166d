// Upstreams and issuers that would hand out what is ours alone.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadText, told } from './memory-disk.ts'

const file = (url: string, more = ''): string => `
listeners: [ { name: p, bind: "127.0.0.1:0", tls: off } ]
services: { api: { endpoints: ["http://127.0.0.1:1"] } }
routes: [ { name: r, match: /x, to: "${url}", auth: public }, { name: s, match: /s, to: api, auth: public } ]
${more}
`

async function errors(text: string): Promise<string[]> {
  return told(await loadText(text)).filter((line) => line.includes('error:'))
}

for (const url of [
  'http://169.254.169.254',
  'http://[fd00:ec2::254]',
  'https://metadata.google.internal',
  'http://[::ffff:169.254.169.254]',
]) {
  test(`${url} is the metadata service of a cloud, and no upstream`, async () => {
    const [line = '', ...others] = await errors(file(url))
    assert.match(line, /^4:37 error: .*metadata service/)
    assert.deepEqual(others, [])
  })
}

test('nor is it one of several, an endpoint of a service or an issuer', async () => {
  const bad = 'http://169.254.169.254'
  assert.match(
    (await errors(file('http://127.0.0.1:1').replace('to: api', `to: [ { url: "${bad}" } ]`)))[0]!,
    /^4:\d+ error: .*metadata/,
  )
  assert.match(
    (await errors(file('http://127.0.0.1:1').replace('http://127.0.0.1:1"]', `${bad}"]`)))[0]!,
    /^3:\d+ error: .*metadata/,
  )
  for (const issuer of [
    `issuers: { idp: "https://169.254.169.254/" }`,
    `issuers: { idp: { issuer: "https://idp.example/", jwks: "https://169.254.169.254/keys" } }`,
  ]) {
    assert.match((await errors(file('http://127.0.0.1:1', issuer)))[0]!, /^5:\d+ error: .*metadata/)
  }
})

for (const [bind, url] of [
  ['127.0.0.1:9443', 'https://127.0.0.1:9443'],
  ['127.0.0.1:9443', 'http://localhost:9443'],
  ['127.0.0.1:9443', 'http://[::1]:9443'],
  ['127.0.0.1:443', 'https://0.0.0.0'],
] as const) {
  test(`with the console on ${bind}, ${url} is no upstream`, async () => {
    const [line = ''] = await errors(file(url, `admin: { bind: "${bind}" }`))
    assert.match(line, /^4:37 error: .*our own console/)
  })
}

test('the same port of another machine is one, and so is any where there is no console', async () => {
  assert.deepEqual(await errors(file('https://10.0.0.7:9443')), [])
  assert.deepEqual(await errors(file('https://127.0.0.1:9443', 'admin: off')), [])
})
