// The starts of field lines, a line end, the name and its colon, checked once for each name: names repeat.

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Bounded: cleared when full, and long names are not kept. */
const MAX_NAMES = 512
const MAX_KEPT_LENGTH = 64

export class LineStarts {
  readonly #known = new Map<string, string>()
  readonly #refused: ReadonlySet<string>

  /** `refused`: lower-case names that whoever writes the head says himself. */
  constructor(refused: ReadonlySet<string>) {
    this.#refused = refused
  }

  /** null where `name` is no field name (RFC 9110 section 5.1), or one of those that are refused. */
  of(name: string): string | null {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    if (!NAME.test(name) || this.#refused.has(name.toLowerCase())) return null
    // A copy in one piece: V8 keeps a text that was put together as its pieces, and each use would walk over them.
    const start = Buffer.from(`\r\n${name}: `, 'latin1').toString('latin1')
    if (name.length > MAX_KEPT_LENGTH) return start
    if (this.#known.size >= MAX_NAMES) this.#known.clear()
    this.#known.set(name, start)
    return start
  }
}
