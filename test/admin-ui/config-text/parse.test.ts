import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { lineOf, parseConfig } from '../../../admin-ui/config-text/parse.ts'

suite('a route as the console reads it', () => {
  const only = (text: string) => parseConfig(`routes:\n  - ${text}`).routes[0]!

  test('has hosts and path, whatever form its match has', () => {
    const read = (match: string) => {
      const { hosts, path, methods } = only(`{ name: a, match: ${match} }`)
      return [hosts.join(), path, methods.join()]
    }
    assert.deepEqual(read('api.test/x/*'), ['api.test', '/x/*', ''])
    assert.deepEqual(read('/x'), ['', '/x', ''])
    assert.deepEqual(read('"*/x"'), ['', '/x', ''])
    assert.deepEqual(read('api.test'), ['api.test', '/*', ''])
    assert.deepEqual(read('{ hosts: [a, b], path: /y, methods: GET }'), ['a,b', '/y', 'GET'])
  })

  test('tells shares of several targets, and who may call', () => {
    const { targets } = only('{ name: a, to: [{service: x, weight: 3}, {url: "http://y"}] }')
    assert.deepEqual(targets, ['x 75 %', 'http://y 25 %'])
    assert.equal(only('{ name: a, auth: public }').auth.kind, 'public')
    assert.equal(only('{ name: a }').auth.kind, 'missing')
    assert.deepEqual(only('{ name: a, auth: { issuer: [i, j], audience: x } }').auth, {
      kind: 'token',
      issuers: ['i', 'j'],
      audiences: ['x'],
      scopes: [],
    })
  })

  test('stands where it stands', () => {
    const text = 'a: 1\nroutes:\n\n  - name: x\n  - name: y\n'
    assert.deepEqual(
      parseConfig(text).routes.map(({ line }) => line),
      [4, 5],
    )
    assert.equal(lineOf(text, ['routes', 1, 'name']), 5)
    assert.equal(lineOf(text, ['nothing']), null)
  })

  test('is no reason to fail, whatever it is', () => {
    for (const text of [
      '',
      'routes: 5',
      'routes: [1, null, {}]',
      'routes:\n  - {match: [1]}',
      '- a',
      'a: &x 1\nb: *x',
    ]) {
      assert.equal(parseConfig(text).fault, null, text)
    }
    assert.notEqual(parseConfig('a: [').fault, null)
  })
})
