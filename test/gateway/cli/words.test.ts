// The language of the command line: where it comes from, and that every part of it says everything in both.

import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { suite, test } from 'node:test'
import { commands, summaryOf, usage } from '../../../gateway/cli/commands.ts'
import { parseCommand } from '../../../gateway/cli/parse-command.ts'
import { formatTable, widthOf } from '../../../gateway/cli/table.ts'
import { chooseLanguage, localeLanguage } from '../../../gateway/cli/words/language.ts'
import { sallyport } from '../../support/cli.ts'

const JAPANESE = /[ぁ-んァ-ヶ一-龠]/
const FOLDER = resolve(import.meta.dirname, '../../../gateway/cli/words')

suite('the language', () => {
  test('is that of the locale, in the order that POSIX has', () => {
    const cases: readonly (readonly [env: Record<string, string>, language: string])[] = [
      [{}, 'en'],
      [{ LANG: 'ja_JP.UTF-8' }, 'ja'],
      [{ LANG: 'ja' }, 'ja'],
      [{ LANG: 'jam_JM' }, 'en'],
      [{ LANG: 'ja_JP.UTF-8', LC_ALL: 'C' }, 'en'],
      [{ LANG: 'C', LC_MESSAGES: 'ja_JP.UTF-8' }, 'ja'],
      [{ LANG: 'ja_JP.UTF-8', LC_ALL: '' }, 'ja'],
    ]
    for (const [env, language] of cases) {
      assert.equal(localeLanguage(env), language, JSON.stringify(env))
    }
  })

  test('is what --lang says, which is taken out wherever it stands', () => {
    const env = { LANG: 'ja_JP.UTF-8' }
    assert.deepEqual(chooseLanguage(['--lang', 'en', 'nodes'], env), {
      kind: 'chosen',
      language: 'en',
      rest: ['nodes'],
    })
    assert.deepEqual(chooseLanguage(['nodes', '--lang=en', '-o', 'json'], env), {
      kind: 'chosen',
      language: 'en',
      rest: ['nodes', '-o', 'json'],
    })
    assert.equal(chooseLanguage(['nodes', '--lang', 'fr'], env).kind, 'unknown')
    assert.equal(chooseLanguage(['nodes', '--lang'], env).kind, 'unknown')
    assert.deepEqual(chooseLanguage(['explain', '--', 'curl', '--lang', 'en'], env), {
      kind: 'chosen',
      language: 'ja',
      rest: ['explain', '--', 'curl', '--lang', 'en'],
    })
  })

  test('has every word: as many in Japanese as in English, and none of them empty', async () => {
    const dictionaries: object[] = []
    for (const file of globSync('*-words.ts', { cwd: FOLDER })) {
      const module = (await import(resolve(FOLDER, file))) as Record<string, unknown>
      for (const value of Object.values(module)) {
        if (typeof value === 'object' && value !== null && 'ja' in value) dictionaries.push(value)
      }
    }
    assert.ok(dictionaries.length >= 4)
    for (const dictionary of dictionaries as { en: unknown; ja: unknown }[]) {
      assert.deepEqual(keysOf(dictionary.ja), keysOf(dictionary.en))
    }
    for (const name of commands.keys()) {
      assert.match(summaryOf(name, 'ja'), JAPANESE, name)
      assert.doesNotMatch(summaryOf(name, 'en'), JAPANESE, name)
    }
    assert.match(usage('ja'), /使い方/)
    assert.doesNotMatch(usage(), JAPANESE)
  })

  test('of tables keeps their columns in line whatever is in them', () => {
    const rows = [
      { name: '注文サービス', count: '1' },
      { name: 'billing', count: '20' },
    ]
    const lines = formatTable(rows, 'ja').trimEnd().split('\n')
    assert.equal(lines[0], '名前          回数')
    const places = ['回数', '1', '20'].map((cell, row) => widthOf(lines[row]!.split(cell)[0]!))
    assert.equal(new Set(places).size, 1)
    assert.equal(formatTable([], 'ja'), 'ありません\n')
    assert.equal(formatTable([{ 'no-such-column': 'x' }], 'ja'), 'NO-SUCH-COLUMN\nx\n')
  })

  test('of a wrong option says which, and what was probably meant', () => {
    const options = { message: { type: 'string', short: 'm' }, yes: { type: 'boolean' } } as const
    const reason = (args: string[], language: 'en' | 'ja'): string => {
      const parsed = parseCommand(args, { options }, language)
      return parsed.kind === 'wrong' ? parsed.reason : parsed.kind
    }
    assert.match(reason(['--mesage', 'x'], 'en'), /--mesage.*did you mean `--message`/)
    assert.match(reason(['--mesage', 'x'], 'ja'), /もしかして：`--message`/)
    assert.match(reason(['--message'], 'ja'), /`--message` には値が必要です/)
    assert.match(reason(['--yes=1'], 'en'), /`--yes` takes no value/)
    assert.equal(reason(['--help'], 'en'), 'help')
    assert.equal(reason(['x', '--', '--help'], 'en'), 'run')
  })
})

suite('the program', () => {
  test('answers --help of every command with its usage, and an unknown one with the nearest', async () => {
    const help = await sallyport('apply', '--help', '--lang', 'ja')
    assert.equal(help.code, 0)
    assert.match(help.stdout, /使い方: sallyport apply FILE/)
    assert.match(help.stdout, /例:/)
    const unknown = await sallyport('aply')
    assert.equal(unknown.code, 2)
    assert.match(unknown.stderr, /did you mean `sallyport apply`/)
    assert.equal(unknown.stdout, '')
    const language = await sallyport('version', '--lang', 'fr')
    assert.equal(language.code, 2)
  })

  test('says in Japanese that the gateway is away, with the same exit code', async () => {
    const away = await sallyport('nodes', '--data-dir', '/nowhere', '--lang', 'ja')
    assert.equal(away.code, 4)
    assert.match(away.stderr, /ゲートウェイが応答しません/)
  })
})

function keysOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length
  if (typeof value === 'function') return `of ${value.length}`
  if (typeof value !== 'object' || value === null) return value === '' ? 'empty' : 'text'
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, keysOf(item)]))
}
