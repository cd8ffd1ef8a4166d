import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { applyCommand, applyCurl } from '../../../admin-ui/draft/apply-commands.ts'

const MESSAGE = `it's $HOME \`x\` "y" ; rm -rf / 理由`

suite('a change by the command line', () => {
  /** What a shell makes of a command: one argument on each line. */
  const words = (command: string): string[] =>
    execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')

  test('says what was chosen, and a message means nothing to the shell', () => {
    const guard = { points: 5, windowMs: 15_000 }
    const text = applyCommand({ message: MESSAGE, confirmWithin: '60s', guard })
    const [, apply = ''] = text.split('\n')
    const options = '--confirm-within 60s --guard --guard-points 5 --guard-window 15s'
    const expected = ['npx', 'sallyport', 'apply', 'sallyport.yaml', '-m', MESSAGE]
    assert.deepEqual(words(apply), [...expected, ...options.split(' ')])
    const bare = applyCommand({ message: '', confirmWithin: '', guard: null })
    assert.equal(bare.split('\n')[1], 'npx sallyport apply sallyport.yaml')
  })

  test('by curl has the same in its body', () => {
    const options = { message: MESSAGE, confirmWithin: '60s', guard: null }
    const [, line = ''] = applyCurl('https://gw.test', options).split('\n')
    const [, , filter = ''] = words(line.split(' sallyport.yaml |')[0]!)
    assert.ok(filter.startsWith('{text: .} + '))
    assert.deepEqual(JSON.parse(filter.slice(filter.indexOf(' + ') + 3)), {
      message: MESSAGE,
      confirmWithin: '60s',
    })
  })
})
