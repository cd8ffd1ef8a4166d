import assert from 'node:assert/strict'
import type { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { Tails, type TailQuestion } from '../../../../gateway/control/live/tails.ts'
import type { LiveQuestion, RequestFilter } from '../../../../gateway/decide/explain-messages.ts'
import { ManualClock, settled } from '../../auth/manual-clock.ts'
import { recentRequest } from '../../decide/recent-request.ts'

function start() {
  const clock = new ManualClock()
  const told: Extract<LiveQuestion, { kind: 'live-tails' }>[] = []
  const tellAll = (question: LiveQuestion) => {
    if (question.kind === 'live-tails') told.push(question)
  }
  const tails = new Tails({ clock, tellAll, bootId: 'boot' })
  const seen = (tail: number, ...ids: string[]) => {
    tails.hear({
      kind: 'live-seen',
      tail,
      requests: ids.map((id) => recentRequest(id)),
      skipped: 0,
    })
  }
  return { clock, told, tails, seen }
}

function question(
  filter: RequestFilter = {},
  claims: readonly string[] = [],
  isForViewer = false,
): TailQuestion {
  return { filter, claims, isForViewer }
}

/** Everything so far. */
function textOf(stream: Readable): string {
  return String(stream.read() ?? '')
}

function idsIn(text: string): string[] {
  return [...text.matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id!)
}

suite('tails', () => {
  test('are told to the workers, again and again while they last', async () => {
    const { clock, told, tails } = start()
    const stream = tails.open(question({ route: 'a' }, ['tenant']), null)
    const wish = { tail: 1, filter: { route: 'a' }, claims: ['tenant'], perSecond: 200 }
    assert.deepEqual(
      told.map(({ tails: all }) => all),
      [[wish]],
    )
    await clock.advance(15_000)
    assert.equal(told.length, 4)
    stream.destroy()
    await settled()
    await clock.advance(31_000)
    assert.deepEqual(told.at(-1)?.tails, [])
    await clock.advance(60_000)
    assert.deepEqual([clock.pending, tails.open(question(), null).destroyed], [0, false])
  })

  test('send events with ids, and a heart beat', async () => {
    const { clock, tails, seen } = start()
    const stream = tails.open(question(), null)
    seen(1, 'r1')
    tails.hear({ kind: 'live-seen', tail: 1, requests: [], skipped: 4 })
    const text = textOf(stream)
    assert.match(text, /^retry: 2000\n\nid: boot\.1\nevent: request\ndata: \{"id":"r1"/)
    assert.match(text, /id: boot\.2\nevent: sampled\ndata: \{"skipped":4\}\n\n$/)
    await clock.advance(15_000)
    assert.equal(textOf(stream), ': heartbeat\n\n')
  })

  test('share one subscription among readers of the same filter', () => {
    const { told, tails, seen } = start()
    const [one, two] = [
      tails.open(question({ status: 4 }), null),
      tails.open(question({ status: 4 }), null),
    ]
    tails.open(question({ status: 5 }), null)
    assert.deepEqual(
      told.map(({ tails: all }) => all.length),
      [1, 2],
    )
    seen(1, 'r1')
    assert.deepEqual([idsIn(textOf(one)), idsIn(textOf(two))], [['r1'], ['r1']])
  })

  test('go on behind the last event of a reader that comes back', async () => {
    const { clock, tails, seen } = start()
    const first = tails.open(question(), null)
    seen(1, 'r1', 'r2')
    first.destroy()
    await settled()
    await clock.advance(20_000)
    seen(1, 'r3')
    const again = textOf(tails.open(question(), 'boot.1'))
    assert.deepEqual(idsIn(again), ['r2', 'r3'])
    assert.doesNotMatch(again, /event: gap/)
  })

  test('say that there is a gap where there is one', () => {
    const { tails, seen } = start()
    tails.open(question(), null)
    for (let round = 1; round <= 1100; round++) seen(1, `r${round}`)
    const late = textOf(tails.open(question(), 'boot.40'))
    assert.match(late, /event: gap\ndata: \{"missed":60\}/)
    assert.equal(idsIn(late).length, 1000)
    assert.match(textOf(tails.open(question(), 'other.5')), /event: gap\ndata: \{"missed":null\}/)
  })

  test('are bounded: in number, and in how far a reader may be behind', async () => {
    const { tails, seen } = start()
    const slow = tails.open(question(), null)
    for (let round = 0; round < 5000 && !slow.destroyed; round++) seen(1, 'r'.repeat(500))
    assert.equal(slow.destroyed, true)
    await settled()
    for (let status = 100; status < 115; status++) tails.open(question({ status }), null)
    assert.throws(() => tails.open(question({ status: 200 }), null), { code: 'too_many_requests' })
  })

  test('end after five minutes, so that only who still may reads on', async () => {
    const { tails, clock } = start()
    const stream = tails.open(question(), null)
    stream.resume()
    await clock.advance(299_000)
    assert.equal(stream.readableEnded, false)
    await clock.advance(1000)
    assert.equal(stream.readableEnded, true)
  })

  test('end with the control plane', async () => {
    const { tails, clock } = start()
    const stream = tails.open(question(), null)
    const ended = new Promise((resolve) => stream.once('end', resolve))
    stream.resume()
    tails.close()
    await ended
    assert.equal(clock.pending, 0)
  })

  test('mask the queries for viewers, who share no stream with others', () => {
    const { tails } = start()
    const full = tails.open(question(), null)
    const masked = tails.open(question({}, [], true), null)
    const request = recentRequest('a', { target: '/?name=Sato&page=2' })
    for (const tail of [1, 2]) {
      tails.hear({ kind: 'live-seen', tail, requests: [request], skipped: 0 })
    }
    assert.match(textOf(full), /name=Sato&page=2/)
    const seen = textOf(masked)
    assert.match(seen, /"query":"name=•••&page=•••"/)
    assert.doesNotMatch(seen, /Sato/)
  })
})
