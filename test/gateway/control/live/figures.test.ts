import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { RecentFigures, together } from '../../../../gateway/control/live/figures.ts'
import type { CountRow } from '../../../../gateway/decide/explain-messages.ts'
import { countRow } from './count-row.ts'

const START_MS = Date.UTC(2030, 0, 1)

function row(given: Partial<CountRow> = {}): CountRow {
  const outcomes = [
    [200, 'ok', 2],
    [429, 'rate_limited', 1],
    [0, 'client_gone', 1],
  ] as const
  return countRow(0, { outcomes, ...given })
}

suite('the figures of the last five minutes', () => {
  test('are kept by route and service, by endpoint, and by caller and rule', () => {
    const figures = new RecentFigures()
    figures.add(row(), START_MS)
    figures.add(row({ service: 'two', instances: [] }), START_MS + 20_000)
    figures.add(row({ plane: 'egress', route: 'pay', service: 'billing' }), START_MS)
    const { routes, endpoints, egress } = figures.list(START_MS + 20_000)
    assert.deepEqual(
      routes.map(({ from, to, requests, refused, failed }) => [
        from,
        to,
        requests,
        refused,
        failed,
      ]),
      [
        ['api', 'one', 4, 1, 1],
        ['api', 'two', 4, 1, 1],
      ],
    )
    const [endpoint] = endpoints
    assert.deepEqual([endpoint?.from, endpoint?.to, endpoint?.meanMs], ['one', 'http://a', 2])
    assert.equal(endpoint?.p95Ms, null)
    assert.deepEqual([egress[0]?.from, egress[0]?.to], ['billing', 'pay'])
    const sum = together(routes)
    assert.deepEqual([sum.requests, sum.meanMs], [8, 3])
    assert.ok(sum.p95Ms !== null)
  })

  test('are over after five minutes', () => {
    const figures = new RecentFigures()
    figures.add(row(), START_MS)
    assert.equal(figures.list(START_MS + 290_000).routes.length, 1)
    assert.equal(figures.list(START_MS + 300_000).routes.length, 0)
    figures.add(row(), START_MS + 300_000)
    assert.equal(figures.list(START_MS + 300_000).routes[0]?.requests, 4)
  })

  test('put what is beyond their bound together, and lose nothing of it', () => {
    const figures = new RecentFigures()
    for (let at = 0; at < 4000; at++) figures.add(row({ route: `r${at}` }), START_MS)
    const { routes } = figures.list(START_MS)
    assert.equal(routes.length, 3001)
    assert.equal(together(routes).requests, 16_000)
    assert.equal(routes.find(({ from }) => from === 'other')?.requests, 4000)
  })

  test('know the latest failure of at most 2000 routes', () => {
    const figures = new RecentFigures()
    const failure = { id: 'r', atMs: START_MS, status: 502, reason: 'upstream_reset' }
    figures.addFailures(Array.from({ length: 2500 }, (_, at) => ({ ...failure, route: `r${at}` })))
    figures.addFailures([{ ...failure, route: 'r600', id: 'later' }])
    assert.equal(figures.failures.size, 2000)
    assert.equal(figures.failures.get('r600')?.id, 'later')
    assert.equal(figures.failures.has('r0'), false)
  })

  test('tell by which listener requests of a route came', () => {
    const figures = new RecentFigures()
    const counts = { listener: 'public', route: 'api', requests: 3, refused: 1, failed: 0 }
    figures.addListeners([counts, { ...counts, listener: 'inside' }], START_MS)
    const { listeners } = figures.list(START_MS)
    assert.deepEqual(
      listeners.map(({ from, to, requests, p95Ms }) => [from, to, requests, p95Ms]),
      [
        ['public', 'api', 3, null],
        ['inside', 'api', 3, null],
      ],
    )
  })
})
