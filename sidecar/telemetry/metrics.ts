// Counters, gauges and histograms in Prometheus' text form, with a bound on the number of series of each.

/** Series of one metric, unless it says otherwise; label values that would make another are counted under `other`. */
const MAX_SERIES = 500
const OVERFLOW = 'other'

export interface MetricText {
  /** snake_case, with unit and `_total` as Prometheus wants them. */
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  /** Default 500. */
  readonly maxSeries?: number
}

interface Metric {
  readonly text: MetricText
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly lines: () => string
}

/** Between label values in keys; no name, word or number holds it. */
const SEPARATOR = '\0'

/** Values keyed by label values, in the order of `labels`. */
class Series<Value> {
  readonly #byKey = new Map<string, { readonly text: string; readonly value: Value }>()
  readonly #labels: readonly string[]
  readonly #maxSeries: number
  readonly #fresh: () => Value

  constructor(labels: readonly string[], maxSeries: number, fresh: () => Value) {
    this.#labels = labels
    this.#maxSeries = maxSeries
    this.#fresh = fresh
  }

  /** Called several times for each request, so that only a new series is written out. */
  get(values: readonly string[]): Value {
    const key = values.join(SEPARATOR)
    const known = this.#byKey.get(key)
    if (known !== undefined) return known.value
    const isOther = values.every((value) => value === OVERFLOW)
    if (this.#byKey.size >= this.#maxSeries && !isOther) {
      return this.get(this.#labels.map(() => OVERFLOW))
    }
    const text = this.#labels.map((name, at) => `${name}="${escaped(values[at] ?? '')}"`).join(',')
    const value = this.#fresh()
    this.#byKey.set(key, { text, value })
    return value
  }

  /** Label values as text, and what stands under them. */
  entries(): readonly (readonly [string, Value])[] {
    return [...this.#byKey.values()].map(({ text, value }) => [text, value] as const)
  }
}

export class Counter {
  readonly #series: Series<{ value: number }>

  constructor(labels: readonly string[], maxSeries = MAX_SERIES) {
    this.#series = new Series(labels, maxSeries, () => ({ value: 0 }))
  }

  /** `labels`: values in the order in which the metric names them. */
  add(labels: readonly string[] = [], by = 1): void {
    this.#series.get(labels).value += by
  }

  lines(name: string): string {
    return this.#series
      .entries()
      .map(([key, { value }]) => `${name}${braced(key)} ${value}\n`)
      .join('')
  }
}

/** Upper bounds in seconds. */
export const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Distribution {
  readonly counts: number[]
  sum: number
  total: number
}

/** Durations, in buckets from 1 ms to 10 s. */
export class Histogram {
  readonly #series: Series<Distribution>

  constructor(labels: readonly string[], maxSeries = MAX_SERIES) {
    const fresh = (): Distribution => ({ counts: BUCKETS.map(() => 0), sum: 0, total: 0 })
    this.#series = new Series(labels, maxSeries, fresh)
  }

  /** What was counted elsewhere: one count for each of BUCKETS, and one for what took longer. */
  merge(counts: readonly number[], sumMs: number, labels: readonly string[] = []): void {
    const series = this.#series.get(labels)
    counts.forEach((count, at) => {
      if (at < BUCKETS.length) series.counts[at]! += count
      series.total += count
    })
    series.sum += sumMs / 1000
  }

  observeMs(durationMs: number, labels: readonly string[] = []): void {
    const series = this.#series.get(labels)
    const seconds = durationMs / 1000
    const at = BUCKETS.findIndex((bound) => seconds <= bound)
    if (at !== -1) series.counts[at]! += 1
    series.sum += seconds
    series.total += 1
  }

  lines(name: string): string {
    let text = ''
    for (const [key, { counts, sum, total }] of this.#series.entries()) {
      const prefix = key === '' ? '' : `${key},`
      let below = 0
      BUCKETS.forEach((bound, at) => {
        below += counts[at]!
        text += `${name}_bucket{${prefix}le="${bound}"} ${below}\n`
      })
      text += `${name}_bucket{${prefix}le="+Inf"} ${total}\n`
      text += `${name}_sum${braced(key)} ${sum}\n${name}_count${braced(key)} ${total}\n`
    }
    return text
  }
}

/** Every metric of a process; `text` is what a scrape answers with. */
export class Metrics {
  readonly #metrics: Metric[] = []

  counter(text: MetricText): Counter {
    const counter = new Counter(text.labels, text.maxSeries)
    this.#metrics.push({ text, type: 'counter', lines: () => counter.lines(text.name) })
    return counter
  }

  histogram(text: MetricText): Histogram {
    const histogram = new Histogram(text.labels, text.maxSeries)
    this.#metrics.push({ text, type: 'histogram', lines: () => histogram.lines(text.name) })
    return histogram
  }

  /** A value that is read at each scrape; without labels. null: there is none now. */
  gauge(text: MetricText, read: () => number | null): void {
    const lines = (): string => {
      const value = read()
      return value === null ? '' : `${text.name} ${value}\n`
    }
    this.#metrics.push({ text, type: 'gauge', lines })
  }

  text(): string {
    return this.#metrics
      .map(({ text: { name, help }, type, lines }) => {
        return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines()}`
      })
      .join('')
  }
}

function braced(key: string): string {
  return key === '' ? '' : `{${key}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
