import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readCurl } from '../../../gateway/cli/explain-curl.ts'

suite('a pasted curl', () => {
  test('is read as curl would send it', () => {
    const request = readCurl([
      'curl',
      '-sk',
      'https://api.example.com/orders/7?x=1',
      '-XPUT',
      '-H',
      'Authorization: Bearer a.b.c',
      '-H',
      'x-tenant:acme',
      '--http2',
      '-d',
      'été',
      '-o',
      '/dev/null',
    ])
    assert.deepEqual(request, {
      url: 'https://api.example.com/orders/7?x=1',
      method: 'PUT',
      headers: [
        { name: 'Authorization', value: 'Bearer a.b.c' },
        { name: 'x-tenant', value: 'acme' },
      ],
      bodyBytes: 5,
      http2: true,
    })
  })

  test('has the method that its options mean', () => {
    const method = (...args: string[]) => readCurl([...args, 'a.example/x']).method
    assert.equal(method(), 'GET')
    assert.equal(method('-d', 'x=1'), 'POST')
    assert.equal(method('-I'), 'HEAD')
    assert.equal(method('-d', 'x=1', '-X', 'patch'), 'PATCH')
    assert.equal(method('-G', '-d', 'x=1'), 'GET')
  })

  test('data goes into the query with -G, and joins otherwise', () => {
    const query = readCurl(['-G', '-d', 'b=2', '-d', 'c=3', 'http://a.example/x?a=1'])
    assert.deepEqual([query.url, query.bodyBytes], ['http://a.example/x?a=1&b=2&c=3', 0])
    assert.equal(readCurl(['a.example', '-d', 'b=2', '-d', 'c=3']).bodyBytes, 7)
    assert.equal(readCurl(['a.example']).url, 'http://a.example')
  })

  test('shorthands become the fields they stand for', () => {
    const { headers } = readCurl([
      'a',
      '-u',
      'u:p',
      '-b',
      'k=v',
      '-A',
      'me',
      '--oauth2-bearer',
      't',
    ])
    assert.deepEqual(
      headers.map(({ name, value }) => `${name}: ${value}`),
      ['Authorization: Basic dTpw', 'Cookie: k=v', 'User-Agent: me', 'Authorization: Bearer t'],
    )
  })

  test('that says nothing, or something else, is refused in words', () => {
    const message = (...args: string[]) => {
      try {
        return JSON.stringify(readCurl(args))
      } catch (error) {
        return (error as Error).message
      }
    }
    assert.match(message('curl'), /there is no URL/)
    assert.match(message('a', 'b'), /two URLs/)
    assert.match(message('a', '-d', '@/etc/passwd'), /no file is read/)
    assert.match(message('a', '--socks5', 'x'), /`--socks5` is not understood/)
    assert.match(message('a', '-H'), /wants a value/)
    assert.match(message('a', '-H', 'nocolon'), /is no header field/)
  })
})
