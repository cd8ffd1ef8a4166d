import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { RecentRequest } from '../../../../admin-ui/api/contract.ts'
import { asCurl } from '../../../../admin-ui/pages/tail/as-curl.ts'
import { recentCall } from '../../../../gateway/decide/egress-call.ts'
import { recentRequest } from '../../../gateway/decide/recent-request.ts'

suite('a request as curl', () => {
  test('is one that a shell takes as it stands, with what was masked still masked', () => {
    const base = recentRequest('a', { method: 'POST', target: '/a%20b?x=1' })
    const facts: RecentRequest['facts'] = {
      ...base.facts,
      headers: ['authorization', '•••', 'x-name', "it's"],
    }
    const text = asCurl({ ...base, facts })
    assert.match(text, /^curl -X 'POST' 'https:\/\/api\.example\.com\/a%20b\?x=1'/)
    assert.match(text, / -H 'authorization: •••' -H 'x-name: it'\\''s'$/)
  })

  test('goes by the proxy of the environment where it was a tunnel', () => {
    const call = recentCall(
      {
        id: 'e',
        tookMs: 1,
        caller: 'billing',
        client: '127.0.0.1',
        method: null,
        host: 'api.example.com',
        port: 8443,
        path: null,
        rule: '',
        isLetOut: false,
        reason: 'no_rule',
        status: 403,
        address: null,
        connectMs: null,
      },
      1,
      1,
    )
    assert.equal(asCurl(call), `curl -x "$HTTPS_PROXY" 'https://api.example.com:8443/'`)
  })
})
