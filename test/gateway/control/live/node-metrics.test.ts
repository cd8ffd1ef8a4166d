import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MetricsServer } from '../../../../gateway/control/live/metrics-server.ts'
import { NodeMetrics } from '../../../../gateway/control/live/node-metrics.ts'
import type { CountRow } from '../../../../gateway/decide/explain-messages.ts'

const ROW: CountRow = {
  plane: 'edge',
  route: 'api',
  service: 'one',
  outcomes: [[200, 'ok', 3]],
  buckets: [0, 2, 1],
  sumMs: 9,
  bytesIn: 10,
  bytesOut: 0,
  instances: [['http://a', 3, 1, 6]],
}

function metrics(): NodeMetrics {
  return new NodeMetrics({ workers: () => 2, revision: () => null })
}

suite('the metrics of a node', () => {
  test('are the sum of what its workers told', () => {
    const node = metrics()
    node.add(ROW)
    node.add({ ...ROW, outcomes: [[502, 'upstream_reset', 1]] })
    node.add({ ...ROW, plane: 'egress', route: 'payments', service: 'billing', instances: [] })
    node.addLimits({ limit: 'plan', allowed: 4, limited: 1, shadowed: 0, degraded: 0 })
    const lines = node
      .text()
      .split('\n')
      .filter((line) => !line.startsWith('#'))
    const value = (start: string) =>
      lines
        .find((line) => line.startsWith(start))
        ?.split(' ')
        .at(-1)
    const labels = 'route="api",service="one"'
    assert.equal(value(`sallyport_edge_requests_total{${labels},status="200",reason="ok"}`), '3')
    assert.equal(value(`sallyport_edge_request_seconds_bucket{${labels},le="0.0025"}`), '4')
    assert.equal(value(`sallyport_edge_request_seconds_count{${labels}}`), '6')
    assert.equal(value(`sallyport_edge_request_seconds_sum{${labels}}`), '0.018')
    assert.equal(value('sallyport_edge_bytes_total{route="api",direction="in"}'), '20')
    assert.equal(
      value(
        'sallyport_edge_upstream_requests_total{service="one",endpoint="http://a",outcome="failed"}',
      ),
      '2',
    )
    assert.equal(value('sallyport_egress_requests_total{rule="payments",caller="billing"'), '3')
    assert.equal(value('sallyport_limit_decisions_total{limit="plan",outcome="limited"}'), '1')
    assert.equal(value('sallyport_workers'), '2')
  })

  test('have a bounded number of series', () => {
    const node = metrics()
    for (let at = 0; at < 6000; at++) node.add({ ...ROW, route: `r${at}`, instances: [] })
    const series = node.text().match(/^sallyport_edge_requests_total\{/gm)?.length ?? 0
    assert.equal(series, 5001)
  })

  test('are served at one path, on the address of the day', async () => {
    const server = new MetricsServer(() => 'up 1\n')
    await server.use({ host: '127.0.0.1', port: 0 })
    const { port } = server
    const base = `http://127.0.0.1:${port}`
    const answer = await fetch(`${base}/metrics`)
    assert.deepEqual([answer.status, await answer.text()], [200, 'up 1\n'])
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    assert.equal((await fetch(base)).status, 404)
    assert.equal((await fetch(`${base}/metrics`, { method: 'POST' })).status, 405)
    await server.use({ host: '127.0.0.1', port: 0 })
    assert.equal(server.port, port)
    await server.use(null)
    assert.equal(server.port, null)
    await assert.rejects(fetch(`${base}/metrics`))
  })
})
