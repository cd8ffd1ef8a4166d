import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Block, ScenarioResult } from './measure.ts'
import { scenarios } from './scenarios.ts'
import { summarize } from './summary.ts'
import { formatScenario } from './table.ts'

const QUIET = { seconds: 1, errors: 0, wrongAnswer: null, stealShare: 0, foreignShare: 0 }

function block(round: number, arm: string, costUs: number, rest: Partial<Block> = {}): Block {
  return { ...QUIET, round, arm, requests: 1000, cpuNs: costUs * 1000 * 1000, ...rest }
}

function result(blocks: readonly Block[]): ScenarioResult {
  const names = [...new Set(blocks.map(({ arm }) => arm))]
  const peakRssBytes = new Map(names.map((name) => [name, 2 ** 20]))
  return { scenario: scenarios[0]!, blocks, peakRssBytes, failed: new Map([['caddy', 'no port']]) }
}

test('a ratio compares blocks of the same round, so that a slow machine cancels out', () => {
  const blocks = [1, 5, 2].flatMap((slowness, round) => [
    block(round, 'nginx', 10 * slowness),
    block(round, 'sallyport', 15 * slowness),
  ])
  const { base, rows } = summarize(result(blocks), null)
  assert.equal(base, 'nginx')
  assert.deepEqual(rows[1]!.ratio, { median: 1.5, low: 1.5, high: 1.5 })
  assert.equal(rows[1]!.costUs!.median, 30)
  assert.equal(rows[1]!.requestsPerSecond, 1000)
})

test('blocks with errors count for nothing but their errors', () => {
  const blocks = [block(0, 'nginx', 10), block(1, 'nginx', 99, { errors: 3 })]
  const { rows } = summarize(result(blocks), null)
  assert.equal(rows[0]!.costUs!.median, 10)
  assert.equal(rows[0]!.errors, 3)
  assert.deepEqual([rows[0]!.usedBlocks, rows[0]!.leftOutBlocks], [1, 1])
})

test('a noisy block takes its whole round with it', () => {
  const blocks = [0, 1, 2].flatMap((round) => [
    block(round, 'nginx', 10, { stealShare: round === 1 ? 0.03 : 0 }),
    block(round, 'sallyport', round === 1 ? 99 : 15),
  ])
  const summary = summarize(result(blocks), null)
  assert.equal(summary.noisyRounds, 1)
  assert.equal(summary.rows[1]!.usedBlocks, 2)
  assert.equal(summary.rows[1]!.costUs!.high, 15)
})

test('where most rounds are noisy they are used, and the table says so', () => {
  const blocks = [0, 1, 2].map((round) => block(round, 'nginx', 10, { foreignShare: 0.2 }))
  const summary = summarize(result(blocks), null)
  assert.equal(summary.rows[0]!.usedBlocks, 3)
  assert.match(formatScenario(result(blocks), summary), /3 of 3 rounds disturbed.*kept/)
})

test('the named base wins, and the first arm stands in for one that was not measured', () => {
  const blocks = [block(0, 'haproxy', 10), block(0, 'sallyport', 20)]
  assert.equal(summarize(result(blocks), 'sallyport').base, 'sallyport')
  assert.equal(summarize(result(blocks), null).base, 'haproxy')
})

test('an arm without a valid block shows no figures', () => {
  const blocks = [block(0, 'nginx', 10), block(0, 'sallyport', 20, { errors: 1 })]
  const summary = summarize(result(blocks), null)
  assert.equal(summary.rows[1]!.costUs, null)
  assert.equal(summary.rows[1]!.ratio, null)
})

test('the table is aligned and names what could not be measured', () => {
  const blocks = [block(0, 'nginx', 9.5), block(0, 'sallyport', 19)]
  const lines = formatScenario(result(blocks), summarize(result(blocks), null)).split('\n')
  assert.deepEqual(lines, [
    'bare (cleartext)',
    'arm        µs/request       95 %  × nginx       95 %   rps  errors  blocks  peak RSS',
    'nginx             9.5    9.5–9.5     1.00  1.00–1.00  1000       0     1/1     1 MiB',
    'sallyport        19.0  19.0–19.0     2.00  2.00–2.00  1000       0     1/1     1 MiB',
    'caddy: not measured: no port',
    '',
  ])
})
