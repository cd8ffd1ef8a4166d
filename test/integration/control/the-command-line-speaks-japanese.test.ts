// The real program with `--lang ja`: what it says of files and arguments is Japanese, what programs read is not.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { isEnglishLeft } from '../../gateway/language/english-left.ts'
import { sallyport } from '../../support/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-japanese-'))
const file = join(folder, 'sallyport.yaml')
writeFileSync(
  file,
  `listeners: [ { name: public, bind: 0.0.0.0:0, tls: off } ]
routes: [ { name: a, match: /a, to: nobody, auth: public, timeout: soon } ]
servics: {}
`,
)
after(() => rmSync(folder, { recursive: true }))

function said(stderr: string): string[] {
  return stderr.split('\n').filter((line) => !/^\s*\d* \|/.test(line))
}

suite('the command line in Japanese', () => {
  test('a file that is wrong', async () => {
    const [ja, en] = await Promise.all([
      sallyport('check', file, '--lang', 'ja'),
      sallyport('check', file, '--lang', 'en'),
    ])
    assert.equal(ja.code, en.code)
    assert.deepEqual(said(ja.stderr).filter(isEnglishLeft), [])
    assert.match(
      ja.stderr,
      /エラー: 不明なキー `servics` です。`services` の間違いではありませんか？/,
    )
    assert.match(en.stderr, /error: unknown key `servics`; did you mean `services`\?/)
    assert.equal(said(ja.stderr).length, said(en.stderr).length)
  })

  test('the same file at the start of a gateway', async () => {
    const { code, stderr } = await sallyport('up', '-c', file, '--lang', 'ja')
    assert.notEqual(code, 0)
    assert.match(stderr, /エラー: 不明なキー `servics` です/)
    assert.deepEqual(said(stderr.replaceAll(/^\{.*$/gm, '')).filter(isEnglishLeft), [])
  })

  test('arguments that are wrong, and a gateway that is not there', async () => {
    const away = await sallyport('history', '--data-dir', folder, '--lang', 'ja')
    assert.match(away.stderr, /このデータフォルダーで動作しているゲートウェイはありません/)
    const wrong = await sallyport('explain', '--data-dir', folder, '--lang', 'ja')
    assert.match(wrong.stderr, /リクエストID、`last`、または `-- curl …` を指定してください/)
    const login = await sallyport('login', '--lang', 'ja')
    assert.match(login.stderr, /サーバーを指定してください：--server https:\/\/HOST:PORT/)
  })
})
