import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Metrics } from '../../../sidecar/telemetry/metrics.ts'

test('a scrape shows every metric with its help, type, labels and value', () => {
  const metrics = new Metrics()
  const asked = metrics.counter({ name: 'asked_total', help: 'Asked.', labels: ['who', 'how'] })
  metrics.gauge({ name: 'age_seconds', help: 'Age.', labels: [] }, () => 1.5)
  asked.add(['me', 'GET'])
  asked.add(['me', 'GET'], 2)
  asked.add(['you', 'PUT'])
  assert.equal(
    metrics.text(),
    '# HELP asked_total Asked.\n# TYPE asked_total counter\n' +
      'asked_total{who="me",how="GET"} 3\nasked_total{who="you",how="PUT"} 1\n' +
      '# HELP age_seconds Age.\n# TYPE age_seconds gauge\nage_seconds 1.5\n',
  )
})

test('the buckets of a histogram count what is at or below them', () => {
  const metrics = new Metrics()
  const took = metrics.histogram({ name: 'took_seconds', help: 'Took.', labels: ['to'] })
  for (const durationMs of [0.5, 1, 3, 400, 60_000]) took.observeMs(durationMs, ['x'])
  const text = metrics.text()
  assert.match(text, /^took_seconds_bucket\{to="x",le="0\.001"\} 2$/m)
  assert.match(text, /^took_seconds_bucket\{to="x",le="0\.005"\} 3$/m)
  assert.match(text, /^took_seconds_bucket\{to="x",le="10"\} 4$/m)
  assert.match(text, /^took_seconds_bucket\{to="x",le="\+Inf"\} 5$/m)
  assert.match(text, /^took_seconds_sum\{to="x"\} 60\.4045$/m)
  assert.match(text, /^took_seconds_count\{to="x"\} 5$/m)
})

test('strangers cannot make more than a bounded number of series', () => {
  const metrics = new Metrics()
  const asked = metrics.counter({ name: 'asked_total', help: 'Asked.', labels: ['who'] })
  for (let i = 0; i < 2000; i++) asked.add([`stranger-${i}`])
  const lines = metrics.text().trim().split('\n').slice(2)
  assert.ok(lines.length <= 501, `${lines.length} series`)
  assert.equal(lines.at(-1), 'asked_total{who="other"} 1500')
})

test('a label value cannot break out of its quotes', () => {
  const metrics = new Metrics()
  metrics.counter({ name: 'asked_total', help: 'Asked.', labels: ['who'] }).add(['a"} 1\n\\'])
  assert.match(metrics.text(), /^asked_total\{who="a\\"\} 1\\n\\\\"\} 1$/m)
})
