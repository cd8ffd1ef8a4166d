import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseConfig, type RouteView } from '../../../admin-ui/config-text/parse.ts'
import { precedenceOf } from '../../../admin-ui/config-text/precedence.ts'
import { compileMatch } from '../../../gateway/route/compile.ts'
import { compileRouteTable } from '../../../gateway/route/table.ts'
import { seededRandom } from '../../limits/seeded-random.ts'

suite('the order in which routes are tried', () => {
  const order = (...matches: string[]): readonly string[] => {
    const lines = matches.map((match, at) => `  - { name: r${at}, match: ${match} }`)
    const { routes } = parseConfig(`routes:\n${lines.join('\n')}\n`)
    const ranks = precedenceOf(routes)
    return routes
      .toSorted((a, b) => ranks.get(a.index)! - ranks.get(b.index)!)
      .map(({ name }) => name)
  }

  test('goes from the most specific host and path to the least', () => {
    assert.deepEqual(
      order(
        '/*',
        '"*.a.test/*"',
        'b.a.test/*',
        '"b.a.test/x/{id}"',
        'b.a.test/x/y',
        'b.a.test/x/*',
      ),
      ['r4', 'r3', 'r5', 'r2', 'r1', 'r0'],
    )
  })

  test('goes by conditions where host and path are the same, and by the file in the end', () => {
    assert.deepEqual(
      order(
        '/x',
        '{ path: /x, query: { v: "2" } }',
        '{ path: /x, methods: [GET] }',
        '{ path: /x, headers: { x-t: a } }',
        '/x',
      ),
      ['r2', 'r3', 'r1', 'r0', 'r4'],
    )
  })

  test('is the one by which the gateway itself decides, for any table and any request', () => {
    const random = seededRandom(20_261_123)
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
    const hosts = ['', 'a.test', 'b.test', '*.test']
    const segments = ['x', 'y', '{id}']
    const paths = ['', ...segments.map((one) => `/${one}`)]
    const pathOf = (): string => `${pick(paths)}${pick(paths)}${pick(['/*', '/z', '/x'])}`
    for (let table = 0; table < 150; table++) {
      const count = 2 + Math.floor(random() * 7)
      const entries = Array.from({ length: count }, (_, at) => {
        const host = pick(hosts)
        const match = {
          ...(host !== '' && { hosts: host }),
          path: pathOf().replace('{id}', `{id${at}}`),
          ...(random() < 0.3 && { methods: [pick(['GET', 'POST'])] }),
          ...(random() < 0.2 && { headers: { 'x-t': 'a' } }),
          ...(random() < 0.2 && { query: { v: '2' } }),
        }
        return { name: `r${at}`, match }
      }).filter(({ match }) => (match.path.match(/\{/g) ?? []).length < 2)
      const { routes } = parseConfig(JSON.stringify({ routes: entries }))
      const compiled = entries.map(({ name, match }) => ({
        name,
        match: compileMatch(match, [], ({ message }) => assert.fail(message))!,
      }))
      const whole = compileRouteTable(compiled, () => {})
      const ranks = precedenceOf(routes)
      const ordered = routes.toSorted((a, b) => ranks.get(a.index)! - ranks.get(b.index)!)
      for (let i = 0; i < 30; i++) {
        const path = `/${pick(['x', 'y', 'z'])}${pick(['', '/x', '/z', '/y/z', '/y/x'])}`
        const facts = {
          host: pick(['a.test', 'b.test', 'c.test']),
          path,
          method: pick(['GET', 'POST']),
          query: pick(['', 'v=2']),
          headers: pick([[], ['x-t', 'a']]),
        }
        const found = whole.find(facts)
        // The first of the order that takes the request when it is alone in a table.
        const first = ordered.find((route: RouteView) => {
          const alone = compileRouteTable([compiled[route.index]!], () => {})
          return alone.find(facts).kind === 'route'
        })
        const winner = found.kind === 'route' ? found.route.name : undefined
        assert.equal(first?.name, winner, JSON.stringify({ entries, facts }))
      }
    }
  })
})
