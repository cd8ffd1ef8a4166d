// What a client reads of its limits: the problem, the header fields of the current draft, and all of it across origins.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import { recordWhere } from '../edge/records.ts'
import { ask, withStatus, type Answer } from './client.ts'

const ORIGIN = 'https://app.test'
const KEY = 'key: ["header:x-caller"]'

suite('the answer of a limited route', () => {
  let upstream: Upstream
  let gateway: TestGateway
  let callers = 0

  before(async () => {
    upstream = await startUpstream((request, response) => {
      request.resume()
      response.setHeader('RateLimit', '"theirs";r=1000000;t=1')
      response.setHeader('RateLimit-Policy', '"theirs";q=1000000;w=1')
      response.setHeader('X-RateLimit-Remaining', '1000000')
      response.end('ok')
    })
    const rest = `to: "${upstream.url}", auth: public, cors: "${ORIGIN}"`
    gateway = await startGateway({
      config: `
workers: 2
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: window, match: /window, ${rest}, limits: [ { name: plan, rate: 2/min, ${KEY} } ] }
  - { name: bucket, match: /bucket, ${rest}, limits: [ { name: burst, rate: 60/h, burst: 2, ${KEY} } ] }
  - { name: two, match: /two, ${rest}, limits: [ { name: wide, rate: 10/h, ${KEY} }, { name: narrow, rate: 2/s, ${KEY} } ] }
  - { name: shadow, match: /shadow, ${rest}, limits: [ { name: trial, rate: 1/min, ${KEY}, shadow: true } ] }
  - { name: quiet, match: /quiet, ${rest}, limits: [ { name: secret, rate: 1/min, ${KEY}, headers: never } ] }
  - { name: free, match: /free, ${rest} }
telemetry: { accessLog: all }
`,
    })
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
  })

  /** Answers to requests of one new caller, one after the other. */
  async function answersOf(path: string, count: number): Promise<readonly Answer[]> {
    const headers = { 'x-caller': `caller-${callers++}`, origin: ORIGIN }
    const answers: Answer[] = []
    for (let i = 0; i < count; i++) {
      answers.push(await ask(gateway.port('plain'), { path, headers }))
    }
    return answers
  }

  test('counts down, and refuses with a problem that says when to come back', async () => {
    const [first, second, third] = await answersOf('/window', 3)
    assert.equal(first!.headers['ratelimit-policy'], '"plan";q=2;w=60')
    assert.match(String(first!.headers['ratelimit']), /^"plan";r=1;t=6[0-2]$/)
    assert.match(String(second!.headers['ratelimit']), /^"plan";r=0;t=6[0-2]$/)
    assert.equal(third!.status, 429)
    assert.equal(third!.headers['content-type'], 'application/problem+json')
    const { requestId, ...problem } = JSON.parse(third!.body) as Record<string, unknown>
    assert.deepEqual(problem, {
      type: 'urn:sallyport:problem:rate_limited',
      title: 'Too Many Requests',
      status: 429,
      code: 'rate_limited',
    })
    assert.equal(requestId, third!.headers['x-request-id'])
    const seconds = Number(third!.headers['retry-after'])
    assert.ok(seconds >= 59 && seconds <= 62, `${seconds}`)
    assert.equal(third!.headers['ratelimit-policy'], '"plan";q=2;w=60')
    assert.equal(third!.headers['ratelimit'], `"plan";r=0;t=${seconds}`)
  })

  test('of a bucket says the rate and the time to the next token', async () => {
    const [first, , third] = await answersOf('/bucket', 3)
    assert.equal(first!.headers['ratelimit-policy'], '"burst";q=60;w=3600')
    assert.equal(first!.headers['ratelimit'], '"burst";r=1;t=60')
    assert.equal(third!.status, 429)
    assert.match(String(third!.headers['retry-after']), /^(59|60)$/)
  })

  test('of two limits lists both and gives the numbers of the scarcer one', async () => {
    const answers = await answersOf('/two', 3)
    for (const { headers } of answers) {
      assert.equal(headers['ratelimit-policy'], '"wide";q=10;w=3600, "narrow";q=2;w=1')
    }
    assert.match(String(answers[0]!.headers['ratelimit']), /^"narrow";r=1;t=[12]$/)
    assert.equal(answers[2]!.status, 429)
    assert.match(String(answers[2]!.headers['ratelimit']), /^"narrow";r=0;t=[12]$/)
  })

  test('is readable for a page of an allowed origin, refused or not', async () => {
    const exposed = ['retry-after', 'ratelimit', 'ratelimit-policy']
    for (const { headers } of await answersOf('/window', 3)) {
      assert.equal(headers['access-control-allow-origin'], ORIGIN)
      assert.match(String(headers.vary), /\borigin\b/i)
      const listed = String(headers['access-control-expose-headers']).toLowerCase().split(/,\s*/)
      assert.deepEqual(
        exposed.filter((name) => !listed.includes(name)),
        [],
      )
    }
  })

  test('never repeats the fields of an upstream beside ours', async () => {
    const [limited] = await answersOf('/window', 1)
    assert.doesNotMatch(JSON.stringify(limited!.headers), /theirs|1000000/)
    const [quiet] = await answersOf('/quiet', 1)
    assert.doesNotMatch(JSON.stringify(quiet!.headers), /theirs|1000000/)
    const [free] = await answersOf('/free', 1)
    assert.equal(free!.headers['ratelimit'], '"theirs";r=1000000;t=1')
    assert.equal(free!.headers['x-ratelimit-remaining'], '1000000')
  })

  test('of a limit that is to be told to nobody says no more than when to come back', async () => {
    const [allowed, refused] = await answersOf('/quiet', 2)
    assert.deepEqual([allowed!.status, refused!.status], [200, 429])
    assert.doesNotMatch(JSON.stringify([allowed!.headers, refused]), /secret/)
    assert.ok(Number(refused!.headers['retry-after']) >= 59)
  })

  test('of a shadow limit is as if there were none', async () => {
    const answers = await answersOf('/shadow', 5)
    assert.equal(withStatus(answers, 200).length, 5)
    for (const { headers } of answers) assert.equal(headers['retry-after'], undefined)
  })

  test('that a shadow limit would have refused is recorded with the name of that limit', async () => {
    const [, over] = await answersOf('/shadow', 2)
    const id = over!.headers['x-request-id']
    const record = await recordWhere(gateway, 'the shadowed answer', (found) => found.id === id)
    assert.equal(record.status, 200)
    assert.equal(record.reason, 'ok')
    assert.deepEqual(record.shadowed, ['trial'])
  })

  test('is recorded with its reason and the limit that refused', async () => {
    const [, , refused] = await answersOf('/window', 3)
    const id = refused!.headers['x-request-id']
    const record = await recordWhere(gateway, 'the refusal', (found) => found.id === id)
    const { status, reason, rule, route } = record
    assert.deepEqual(
      { status, reason, rule, route },
      {
        status: 429,
        reason: 'rate_limited',
        rule: 'plan',
        route: 'window',
      },
    )
  })
})
