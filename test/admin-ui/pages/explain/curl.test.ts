import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readCurl } from '../../../../admin-ui/pages/explain/curl.ts'

suite('a pasted curl command', () => {
  const read = (text: string) => {
    const result = readCurl(text)
    assert.equal(result.kind, 'request', text)
    return result.kind === 'request' ? result.request : null!
  }

  test('is read as a shell would, over several lines', () => {
    assert.deepEqual(
      read(`curl -k 'https://a.test/x?y=1 2' \\\n  -H "x-a: \\"q\\"" --http2 -XDELETE`),
      {
        url: 'https://a.test/x?y=1 2',
        method: 'DELETE',
        headers: [{ name: 'x-a', value: '"q"' }],
        bodyBytes: 0,
        http2: true,
      },
    )
  })

  test('sends a body by POST, and says how long it is', () => {
    const { method, bodyBytes } = read(`curl a.test -d 'あ' --data-raw=b`)
    assert.deepEqual([method, bodyBytes], ['POST', 5])
    assert.equal(read('curl -I a.test').method, 'HEAD')
    assert.equal(read('curl a.test').url, 'http://a.test')
  })

  test('may carry a token or a password', () => {
    const [bearer] = read('curl --oauth2-bearer abc https://a.test').headers
    assert.deepEqual(bearer, { name: 'authorization', value: 'Bearer abc' })
    const [basic] = read('curl -u a:b https://a.test').headers
    assert.deepEqual(basic, { name: 'authorization', value: 'Basic YTpi' })
  })

  test('takes flags that say nothing of the request', () => {
    assert.equal(
      read('curl -sS -o /dev/null -w "%{http_code}" --max-time 5 https://a.test').url,
      'https://a.test',
    )
  })

  test('is refused where it cannot be read', () => {
    assert.deepEqual(readCurl("curl 'https://a.test"), { kind: 'fault', fault: 'quotes' })
    assert.deepEqual(readCurl('curl -X POST'), { kind: 'fault', fault: 'no-url' })
  })
})
