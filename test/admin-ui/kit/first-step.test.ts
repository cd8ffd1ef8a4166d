// The command that an empty list teaches is one that the program understands.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { suite, test } from 'node:test'
import { commands } from '../../../gateway/cli/commands.ts'
import { verbsOf } from '../../../gateway/cli/completion-table.ts'
import { parseCommand } from '../../../gateway/cli/parse-command.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

interface FirstStep {
  readonly file: string
  readonly command: string
  readonly isDocumented: boolean
}

function stepsOf(file: string): readonly FirstStep[] {
  const [, ...parts] = readFileSync(join(ROOT, file), 'utf8').split('<FirstStep\n')
  return parts.map((part) => ({
    file,
    command: /\bcommand="([^"]+)"/.exec(part.split('/>')[0]!)?.[1] ?? '',
    isDocumented: /\boperation="\w+"/.test(part),
  }))
}

suite('the first step of an empty list', () => {
  const steps = globSync('admin-ui/pages/**/*.tsx', { cwd: ROOT }).flatMap(stepsOf)

  test('is written with a command and an operation wherever a list may be empty', () => {
    assert.ok(steps.length > 20, `only ${steps.length} were found`)
    assert.deepEqual(
      steps.filter(({ command, isDocumented }) => command === '' || !isDocumented),
      [],
    )
  })

  for (const typed of new Set(steps.map(({ command }) => command))) {
    test(`sallyport ${typed} can be typed like that`, async () => {
      const [name = '', ...args] = typed.split(' ')
      const command = await commands.get(name)?.load()
      assert.ok(command, name)
      const parsed = parseCommand(args, command, 'en')
      assert.equal(parsed.kind, 'run', JSON.stringify(parsed))
      const verbs = verbsOf(name, command.usage)
      const [verb] = args
      const takesWord = /sallyport \S+ [A-Z]/.test(command.usage) || verbs.length === 0
      if (verb !== undefined && !verb.startsWith('-') && !takesWord) {
        assert.ok(verbs.includes(verb), `${verb} is none of ${verbs.join(', ')}`)
      }
    })
  }
})
