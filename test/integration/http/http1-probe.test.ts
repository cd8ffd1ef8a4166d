// A public collection of HTTP/1.1 probes with the level their RFC gives them: what MUST be refused is refused here, and
// whatever is accepted, whatever its level, the upstream sees as exactly one well-formed request.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { startEdge, type EdgeUnderTest } from './edge-under-test.ts'

interface Probe {
  readonly id: string
  readonly level: string
  readonly desc: string
  readonly expect: string
  /** Base64, sent on one connection in this order. */
  readonly steps: readonly string[]
}

const FILE = new URL('../../../../shared/corpora/http1-probe.json', import.meta.url)
const MUST_REFUSE = /^(?:status 400|400\/501 or close|400\/close\/timeout|400, or close|Reject)/
const MUST_ACCEPT = /^2xx/
/** Faults behind the head: the head may have been on its way already, but no complete request. */
const BROKEN_BODY = /CHUNK|UNDERSEND|TRAILER/

let edge: EdgeUnderTest

before(async () => {
  edge = await startEdge()
})

after(() => edge.stop())

function probes(): readonly Probe[] {
  if (!existsSync(FILE)) return []
  return (JSON.parse(readFileSync(FILE, 'utf8')) as { cases: Probe[] }).cases
}

/** Statuses of the final answers to the steps of a probe, when no more will come. */
async function run({ steps }: Probe): Promise<readonly number[]> {
  // Some probes are cut short in the collection: the request timeout ends them.
  const client = await edge.connect('short')
  const finals = (): readonly number[] =>
    client
      .responses()
      .filter(({ status, complete }) => complete && status >= 200)
      .map(({ status }) => status)
  for (const step of steps) client.send(Buffer.from(step, 'base64'))
  const over = (): boolean => client.ended || client.closed
  await client.waitFor('an outcome', () => over() || finals().length >= steps.length)
  client.destroy()
  return finals()
}

function assertProbe({ id, level, expect }: Probe, statuses: readonly number[]): void {
  const { upstream } = edge
  const accepted = statuses.filter((status) => status < 300)
  const refused = statuses.filter((status) => status >= 400)
  assert.equal(upstream.fault, null, 'the upstream sees well-formed requests only')
  assert.equal(upstream.complete.length, accepted.length, 'one request for each good answer')
  if (accepted.length === 0 && !BROKEN_BODY.test(id)) {
    assert.equal(upstream.bytesReceived, 0, 'not a byte of a refused request')
  }
  assert.equal(accepted.length + refused.length, statuses.length)
  if (level !== 'Must') return
  if (MUST_REFUSE.test(expect)) assert.deepEqual(accepted, [], expect)
  if (MUST_ACCEPT.test(expect)) assert.deepEqual(refused, [], expect)
}

const all = probes()

for (const probe of all) {
  test(`${probe.id} (${probe.level}: ${probe.expect})`, async () => {
    await edge.upstream.clear()
    assertProbe(probe, await run(probe))
    await edge.upstream.clear()
    await edge.assertVictimClean()
  })
}

test(
  'the collection is here and has demands',
  { skip: all.length === 0 && 'the collection is not here' },
  () => {
    const demands = all.filter(({ level, expect }) => level === 'Must' && MUST_REFUSE.test(expect))
    assert.ok(demands.length >= 35, `${demands.length} demands`)
  },
)
