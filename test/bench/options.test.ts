import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOptions } from './options.ts'

const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name)

test('without options everything but the optional scenario is measured at length', () => {
  const options = parseOptions([])
  assert.deepEqual(names(options.scenarios), ['bare', 'bare-tls', 'jwt-tls'])
  assert.equal(options.armNames.size, 5)
  assert.deepEqual([options.blocks, options.seconds], [11, 5])
})

test('--only takes scenarios and arms, each narrowing its own kind', () => {
  const options = parseOptions(['--only', 'jwt-tls-unique,haproxy'])
  assert.deepEqual(names(options.scenarios), ['jwt-tls-unique'])
  assert.deepEqual([...options.armNames], ['haproxy'])
})

test('--quick measures one short block', () => {
  const options = parseOptions(['--quick', '--blocks', '7'])
  assert.deepEqual([options.blocks, options.seconds], [1, 1])
})

for (const argv of [
  ['--only', 'ngnix'],
  ['--base', 'x'],
  ['--blocks', '0'],
  ['--seconds', '1.5'],
  ['--x'],
]) {
  test(`\`${argv.join(' ')}\` is refused`, () => {
    assert.throws(() => parseOptions(argv), TypeError)
  })
}
