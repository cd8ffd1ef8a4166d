// Two hundred files as people write them: whatever the form changes, every other byte stays.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { parseConfig } from '../../../../admin-ui/config-text/parse.ts'
import {
  changeRoute,
  fieldsOf,
  normalized,
  type RouteFields,
} from '../../../../admin-ui/pages/routes/route-form.ts'
import { seededRandom } from '../../../limits/seeded-random.ts'

const DOCUMENTS = 200
const SEED = 20_261_123

/** What the form may be told, and what then stands in the file. */
const EDITS: readonly { key: keyof RouteFields; typed: string; value: unknown; at: string[] }[] = [
  { key: 'owner', typed: 'team: {new}, #1', value: 'team: {new}, #1', at: ['owner'] },
  { key: 'owner', typed: 'ｔｅａｍ－x', value: 'team-x', at: ['owner'] },
  { key: 'timeout', typed: '３s', value: '3s', at: ['timeout'] },
  { key: 'to', typed: 'http://127.0.0.1:9', value: 'http://127.0.0.1:9', at: ['to'] },
  { key: 'path', typed: '/n/{id}/*', value: '/n/{id}/*', at: ['match', 'path'] },
  { key: 'cors', typed: 'https://n.test', value: 'https://n.test', at: ['cors'] },
  { key: 'limits', typed: '7/s per ip', value: ['7/s per ip'], at: ['limits'] },
]

interface Piece {
  readonly key: string
  /** Behind the colon: as it is written, with the space before it. */
  readonly written: string
}

class Writer {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!
  }

  chance(share: number): boolean {
    return this.#random() < share
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, at: this.#random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ item }) => item)
  }

  quoted(text: string): string {
    return this.pick([text, `'${text}'`, `"${text}"`])
  }

  comment(): string {
    return this.chance(0.4)
      ? `${this.pick([' ', '   '])}# note ${this.pick(['a', '注', 'x: y'])}`
      : ''
  }

  /** One route in any order of its keys, and its unknown keys among them. */
  route(name: string): string {
    const isFlow = this.chance(0.3)
    const pieces: Piece[] = this.shuffled([
      { key: 'name', written: ` ${name}` },
      { key: 'to', written: ` ${this.quoted('http://127.0.0.1:1')}` },
      { key: 'match', written: this.match(isFlow) },
      { key: 'auth', written: ` ${this.pick(['public', '{ issuer: idp, audience: [a, b] }'])}` },
      { key: 'retries', written: ' { attempts: 2 }' },
      ...(this.chance(0.5) ? [{ key: 'owner', written: ` ${this.quoted('team-a')}` }] : []),
      ...(this.chance(0.5) ? [{ key: 'timeout', written: '   5s' }] : []),
      ...(this.chance(0.5) ? [{ key: 'limits', written: this.limits(isFlow) }] : []),
      ...(this.chance(0.3) ? [{ key: 'cors', written: ' [ "https://a.test" ]' }] : []),
      ...(this.chance(0.5) ? [{ key: 'sticky', written: ' cookie' }] : []),
    ])
    if (isFlow) {
      const inside = pieces.map(({ key, written }) => `${key}:${written}`).join(', ')
      return `  - {${this.pick(['', ' '])}${inside} }${this.comment()}\n`
    }
    const lines = pieces.map(({ key, written }) => {
      const isBlock = written.includes('\n')
      return `${key}:${written}${isBlock ? '' : this.comment()}\n`
    })
    return `  - ${lines.join(`${this.chance(0.2) ? '    # between\n' : ''}    `)}${this.pick(['', '\n'])}`
  }

  match(isFlow: boolean): string {
    const short = ` ${this.quoted('api.test/o/*')}`
    const long = ' { hosts: [api.test], path: /o, query: { v: "2" } }'
    return this.pick(
      isFlow ? [short, long] : [short, long, '\n      path: /o/* # all\n      methods: [GET]'],
    )
  }

  limits(isFlow: boolean): string {
    const flow = ' [ 5/s per ip, { name: plan, rate: 9/s, key: [sub] } ]'
    return this.pick(
      isFlow ? [flow] : [flow, '\n      - 5/s per ip # first\n      - 9/min per sub'],
    )
  }

  file(): string {
    const routes = Array.from({ length: 1 + Math.floor(this.#random() * 4) }, (_, at) =>
      this.route(`r${at}`),
    )
    const tail = this.pick(['', '# the end\n', 'workers: 2 # behind\n', '\n\n'])
    return `# top\nversion: 1   # fixed\nroutes: # all of them\n${routes.join('')}${tail}`
  }
}

function partAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (part, key) => (part as Record<string, unknown> | undefined)?.[key],
    value,
  )
}

/** A copy with another value there; undefined: without it. */
function withPart(value: unknown, [key, ...rest]: readonly string[], part: unknown): unknown {
  if (key === undefined) return part
  if (Array.isArray(value)) {
    return value.map(
      (item, at) => (String(at) === key ? withPart(item, rest, part) : item) as unknown,
    )
  }
  const entries = Object.entries(value as object).map(([name, old]) => [
    name,
    name === key ? withPart(old, rest, part) : old,
  ])
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined))
}

/** What of `before` is not in `after`, where one stretch was put in place of another. */
function replaced(before: string, after: string): string {
  let start = 0
  while (start < before.length && before[start] === after[start]) start++
  let end = 0
  const most = Math.min(before.length, after.length) - start
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++
  return before.slice(start, before.length - end)
}

/** With the comments that stand within values left out: those go with the value. */
function commentsOf(text: string): readonly string[] {
  return (text.match(/# (?:top|fixed|all of them|note .*|between|the end|behind)/g) ?? []).map(
    (one) => one.trim(),
  )
}

suite('form, text and form again', () => {
  for (let document = 0; document < DOCUMENTS; document++) {
    const writer = new Writer(SEED + document)
    const text = writer.file()
    const { routes } = parseConfig(text)
    const route = writer.pick(routes)
    const edit = writer.pick(EDITS)

    test(`file ${document}: ${edit.key} of ${route.name}`, () => {
      const before = fieldsOf(route)
      assert.equal(changeRoute(text, route, before, normalized(before)), text, 'nothing edited')
      const wanted = normalized({ ...before, [edit.key]: edit.typed })
      const after = changeRoute(text, route, before, wanted)
      const again = parseConfig(after)
      assert.equal(again.fault, null, after)
      assert.deepEqual(fieldsOf(again.routes[route.index]!), wanted, 'the form reads what it wrote')
      assert.deepEqual(commentsOf(after), commentsOf(text), after)

      const [was, is] = [parse(text), parse(after)] as { routes: Record<string, unknown>[] }[]
      const isShort = edit.at[0] === 'match' && typeof route.value['match'] === 'string'
      const at = ['routes', String(route.index), ...(isShort ? ['match'] : edit.at)]
      assert.deepEqual(partAt(is, at), isShort ? `api.test${String(edit.value)}` : edit.value)
      const own = partAt(was, at)
      const [rest, all] = [withPart(is, at, own), was].map((one) => JSON.stringify(one))
      assert.equal(rest, all, 'what was not edited means the same, in its order')
      const gone = replaced(text, after)
      if (own === undefined) assert.equal(gone.trim(), '', 'a new key replaces nothing')
      else if (typeof own === 'string') {
        assert.ok(`"${own}" '${own}'`.includes(gone), `no more than the value is replaced: ${gone}`)
      }
    })
  }
})
