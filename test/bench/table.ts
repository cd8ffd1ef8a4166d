// The results as an aligned table for people.

import type { ScenarioResult } from './measure.ts'
import type { Estimate } from './statistics.ts'
import type { ScenarioSummary } from './summary.ts'

const MISSING = '-'

/** A heading, a table with one row for each arm, and a line for each arm that could not be measured. */
export function formatScenario(result: ScenarioResult, summary: ScenarioSummary): string {
  const { base, rows } = summary
  const head = ['arm', 'µs/request', '95 %', `× ${base ?? MISSING}`, '95 %']
  const cells = rows.map((row) => [
    row.arm,
    row.costUs ? row.costUs.median.toFixed(1) : MISSING,
    interval(row.costUs, 1),
    row.ratio ? row.ratio.median.toFixed(2) : MISSING,
    interval(row.ratio, 2),
    row.usedBlocks > 0 ? row.requestsPerSecond.toFixed(0) : MISSING,
    String(row.errors),
    `${row.usedBlocks}/${row.usedBlocks + row.leftOutBlocks}`,
    `${(row.peakRssBytes / 1024 ** 2).toFixed(0)} MiB`,
  ])
  const table = alignColumns([[...head, 'rps', 'errors', 'blocks', 'peak RSS'], ...cells])
  const failed = [...result.failed].map(([arm, why]) => `${arm}: not measured: ${why}`)
  const title = `${result.scenario.name} (${result.scenario.title})`
  return [title, ...table, ...noiseNote(summary), ...failed, ''].join('\n')
}

function noiseNote({ rounds, noisyRounds }: ScenarioSummary): string[] {
  if (noisyRounds === 0) return []
  const fate = noisyRounds * 2 > rounds ? 'kept, being most of them' : 'left out'
  return [`${noisyRounds} of ${rounds} rounds disturbed by other work on the machine: ${fate}`]
}

/** First column left, the others right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  '),
  )
}

function interval(estimate: Estimate | null, digits: number): string {
  if (estimate === null) return MISSING
  return `${estimate.low.toFixed(digits)}–${estimate.high.toFixed(digits)}`
}
