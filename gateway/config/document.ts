// Reads YAML text into plain values, remembering where each of them stands.

import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Alias,
  type Document,
  type Node,
  type YAMLError,
} from 'yaml'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import type { ConfigPath } from '../../sidecar/runtime/problem.ts'
import type { LocatedProblem, Position } from './problems.ts'

export interface ConfigDocument {
  /** The content as plain values; null where the text cannot be read as YAML. */
  readonly value: unknown
  /** What is wrong with the YAML itself. Where any of them is fatal, nothing more can be said. */
  readonly problems: readonly LocatedProblem[]
  readonly isReadable: boolean
  readonly locate: (path: ConfigPath, atKey?: boolean) => Position
}

// Far above any real file; they bound what a few lines of aliases can grow into.
const MAX_DEPTH = 64
const MAX_VALUES = 5_000_000

const SYNTAX: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  TAB_AS_INDENT: ['a tab indents this line', 'indent with spaces'],
  MULTIPLE_DOCS: ['a second document begins here', 'keep one document in the file; remove `---`'],
  BLOCK_AS_IMPLICIT_KEY: [
    'there is a second `:` in this line',
    'put the value in quotes, or begin a new line',
  ],
}

/** Reads `text`; never throws. */
export function readDocument(text: string): ConfigDocument {
  try {
    return read(text)
  } catch (error) {
    // The library recurses, and a hostile file can make that too deep.
    const position = { line: 1, column: 1, length: 1 }
    const message = `the file cannot be read: ${errorMessage(error)}`
    const fix = 'write it with less nesting'
    const problem = { severity: 'error', path: [], message, fix, position, other: null } as const
    return { value: null, problems: [problem], isReadable: false, locate: () => position }
  }
}

function read(text: string): ConfigDocument {
  const lines = new LineCounter()
  // Own checks replace three of the library's: its duplicate search is quadratic, its alias bound refuses honest files.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    version: '1.2',
  })
  const reader = new Reader(document, text, lines)
  const syntax = [...document.errors, ...document.warnings].map((e) => reader.syntaxProblem(e))
  if (document.directives?.yaml.version !== '1.2') syntax.push(reader.versionProblem())
  const locate = (path: ConfigPath, atKey = false) => reader.locate(path, atKey)
  if (syntax.length > 0) return { value: null, problems: syntax, isReadable: false, locate }
  try {
    const value = reader.toValue(document.contents, 0)
    return { value, problems: reader.problems, isReadable: true, locate }
  } catch (error) {
    const problem = reader.problemAt(reader.current, errorMessage(error), 'write it out plainly')
    return { value: null, problems: [...reader.problems, problem], isReadable: false, locate }
  }
}

class Reader {
  readonly problems: LocatedProblem[] = []
  /** The node being read, to say where reading had to stop. */
  current: Node | null = null
  readonly #document: Document.Parsed
  readonly #text: string
  readonly #lines: LineCounter
  readonly #targets: ReadonlyMap<Alias, Node>
  #values = 0

  constructor(document: Document.Parsed, text: string, lines: LineCounter) {
    this.#document = document
    this.#text = text
    this.#lines = lines
    this.#targets = aliasTargets(document)
  }

  toValue(node: unknown, depth: number): unknown {
    if (!isNode(node)) return null
    this.current = node
    if (depth > MAX_DEPTH) throw new RangeError(`this is nested deeper than ${MAX_DEPTH} levels`)
    this.#values += 1
    if (this.#values > MAX_VALUES) {
      throw new RangeError(`aliases grow this file to more than ${MAX_VALUES} values`)
    }
    if (isAlias(node)) {
      const target = this.#targets.get(node)
      if (target === undefined) throw new RangeError(`nothing is named \`&${node.source}\` before`)
      return this.toValue(target, depth + 1)
    }
    if (isScalar(node)) return node.value
    if (isSeq(node)) return node.items.map((item) => this.toValue(item, depth + 1))
    return isMap(node) ? this.#mapValue(node.items, depth) : null
  }

  #mapValue(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    depth: number,
  ): Record<string, unknown> {
    const value: Record<string, unknown> = {}
    for (const pair of items) {
      const key = keyText(pair.key)
      if (Object.hasOwn(value, key)) {
        const node = isNode(pair.key) ? pair.key : null
        this.problems.push(this.problemAt(node, `key \`${key}\` is written twice`, 'remove one'))
        continue
      }
      // Assignment would set the prototype where the key is `__proto__`.
      Object.defineProperty(value, key, {
        value: this.toValue(pair.value, depth + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
    return value
  }

  /** The deepest part of `path` that exists, so that a missing key is shown where it should have been. */
  locate(path: ConfigPath, atKey: boolean): Position {
    let node: unknown = this.#resolved(this.#document.contents)
    let key: unknown = null
    let isWhole = true
    for (const part of path) {
      const child = childOf(node, part)
      if (child === null) {
        isWhole = false
        break
      }
      key = child.key
      node = this.#resolved(child.value)
    }
    const wantsKey = atKey || !isWhole || isEmpty(node)
    const target = wantsKey && isNode(key) ? key : node
    return this.#position(isNode(target) ? target : null)
  }

  problemAt(node: Node | null, message: string, fix: string): LocatedProblem {
    const position = this.#position(node)
    return { severity: 'error', path: [], message, fix, position, other: null }
  }

  syntaxProblem(error: YAMLError): LocatedProblem {
    const [message, fix] = SYNTAX[error.code] ?? [
      `not valid YAML: ${error.message}`,
      'look at the quotes, brackets and indentation here and just before',
    ]
    const position = this.#span(error.pos[0], error.pos[1])
    return { severity: 'error', path: [], message, fix, position, other: null }
  }

  versionProblem(): LocatedProblem {
    return this.problemAt(null, 'the file asks for another YAML than 1.2', 'remove the %YAML line')
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? this.#targets.get(node) : node
  }

  #position(node: Node | null): Position {
    const [start, end] = node?.range ?? [0, 0]
    return this.#span(start, end)
  }

  #span(start: number, end: number): Position {
    const { line, col } = this.#lines.linePos(start)
    const newline = this.#text.indexOf('\n', start)
    const stop = newline === -1 ? end : Math.min(end, newline)
    const length = this.#text.slice(start, stop).trimEnd().length
    return { line: Math.max(line, 1), column: Math.max(col, 1), length: Math.max(length, 1) }
  }
}

/** Which node each alias stands for: the last one before it that carries the name (YAML 1.2.2 section 7.1). */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const named = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Alias(_, alias) {
      const target = named.get(alias.source)
      if (target !== undefined) targets.set(alias, target)
    },
    Value(_, node) {
      if (node.anchor !== undefined) named.set(node.anchor, node)
    },
  })
  return targets
}

function childOf(node: unknown, part: string | number): { key: unknown; value: unknown } | null {
  if (isMap(node)) return node.items.find((item) => keyText(item.key) === String(part)) ?? null
  const value = isSeq(node) ? node.items[Number(part)] : undefined
  return value === undefined ? null : { key: null, value }
}

function keyText(key: unknown): string {
  const plain: unknown = isScalar(key) ? key.value : key
  if (plain === null) return ''
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}

function isEmpty(node: unknown): boolean {
  return !isNode(node) || (isScalar(node) && node.value === null)
}
