import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerBytes, answerOf } from '../../../gateway/egress/answers.ts'

const facts = { unreadable: false, detail: '', requestId: 'r1' }

/** Status and error type of RFC 9209 section 2.3 for each reason. */
const MEANINGS: readonly (readonly [reason: string, status: number, error: string])[] = [
  ['no_rule', 403, 'http_request_denied'],
  ['denied_by_rule', 403, 'http_request_denied'],
  ['sni_mismatch', 403, 'http_request_denied'],
  ['malformed_host', 400, 'http_request_error'],
  ['address_forbidden', 403, 'destination_ip_prohibited'],
  ['proxy_token_invalid', 407, 'http_request_denied'],
  ['dns_not_found', 502, 'dns_error'],
  ['dns_timeout', 504, 'dns_timeout'],
  ['connect_refused', 502, 'connection_refused'],
  ['connect_timeout', 504, 'connection_timeout'],
  ['destination_unavailable', 503, 'destination_unavailable'],
  ['caller_limit_reached', 429, 'connection_limit_reached'],
  ['egress_limit_reached', 503, 'connection_limit_reached'],
  ['upstream_tls_failed', 502, 'tls_certificate_error'],
  ['upstream_timeout', 504, 'http_response_timeout'],
]

test('each reason has its status, and is told in phrase, field and body', () => {
  for (const [reason, status, error] of MEANINGS) {
    const answer = answerOf({ ...facts, reason })
    const head = answerBytes(answer).toString('latin1')
    assert.equal(answer.status, status, reason)
    assert.ok(head.startsWith(`HTTP/1.1 ${status} Egress ${reason}\r\n`), head)
    assert.ok(head.includes(`proxy-status: sallyport; error=${error}; details="${reason}"\r\n`))
    assert.equal((JSON.parse(answer.body.toString()) as { code: string }).code, reason)
  }
})

test('a challenge goes with 407 alone', () => {
  for (const [reason, status] of MEANINGS) {
    const challenges = answerOf({ ...facts, reason }).headers.includes('proxy-authenticate')
    assert.equal(challenges, status === 407)
  }
})

test('a request that could not be read is 400, or the status that says why', () => {
  const unreadable = { ...facts, unreadable: true }
  assert.equal(answerOf({ ...unreadable, reason: 'host_mismatch' }).status, 400)
  assert.equal(answerOf({ ...unreadable, reason: 'head_too_large' }).status, 431)
  assert.equal(answerOf({ ...unreadable, reason: 'method_refused' }).status, 405)
})
