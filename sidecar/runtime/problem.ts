// One thing that is wrong with a configuration: where, what, and what to write instead.

/** Keys and indexes from the root of the file: ['routes', 0, 'auth', 'issuer']. */
export type ConfigPath = readonly (string | number)[]

export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly path: ConfigPath
  /** true: the problem is with the key itself (an unknown key), not with its value. */
  readonly atKey?: boolean
  /** What is wrong, one sentence, naming the value. */
  readonly message: string
  /** What to write instead, or why it is so; one sentence. */
  readonly fix: string
}

/** Where the parts of the configuration put what they find wrong; nothing throws on bad input. */
export type Report = (problem: Problem) => void
