// Whoever reads Japanese reads problems in Japanese, too: of a file, of a refused call and of a decision, as the command line says them.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { isEnglishLeft } from '../gateway/language/english-left.ts'
import { startUpstream, type Upstream } from '../integration/edge/upstream.ts'
import { ask } from '../integration/limits/client.ts'
import { sallyport } from '../support/cli.ts'
import { chromiumPath, type WatchedPage } from './chromium.ts'
import { setUp, startConsole, type ConsoleUnderTest } from './console-under-test.ts'
import { writeIntoEditor } from './editor.ts'

const skip = chromiumPath() === null ? 'chromium is needed for this test' : false

suite('the console in Japanese', { skip, timeout: 120_000 }, () => {
  let upstream: Upstream
  let console: ConsoleUnderTest
  let watched: WatchedPage

  before(async () => {
    upstream = await startUpstream()
    console = await startConsole({
      config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: shop, match: shop.example/*, to: "${upstream.url}", auth: public } ]
`,
    })
    watched = await setUp(console, { language: 'ja' })
  })

  after(async () => {
    await watched?.close()
    await console?.close()
    await upstream?.close()
  })

  test('says each fault of a file as the command line does', async () => {
    const { page } = watched
    const wrong = readFileSync(console.gateway.file, 'utf8')
      .replace('match: shop.example/*', 'match: SHOP.example/*')
      .replace('name: shop,', 'name: shop, tiemout: 5s,')
    await page.goto(`${console.origin}/config`)
    await writeIntoEditor(page, wrong)
    await page.goto(`${console.origin}/review`)
    const problem = page.getByRole('alert').filter({ hasText: 'tiemout' })
    await problem.waitFor()
    const shown = await problem.innerText()
    assert.deepEqual(shown.split('\n').filter(isEnglishLeft), [])
    assert.match(shown, /不明なキー `tiemout` です。`timeout` の間違いではありませんか？/)

    const file = join(console.gateway.folder, 'wrong.yaml')
    writeFileSync(file, wrong)
    const { stderr } = await sallyport('check', file, '--lang', 'ja')
    const messages = [...stderr.matchAll(/ エラー: (.+)$/gm)].map(([, message]) => message!)
    assert.ok(messages.length >= 2, stderr)
    for (const message of messages) assert.ok(shown.includes(message), `${message} in ${shown}`)
    await page.getByRole('button', { name: '下書きを破棄' }).click()
  })

  test('says why a call was refused', async () => {
    const { page } = watched
    const answer = await ask(console.gateway.port('plain'), { path: '/nowhere' })
    assert.equal(answer.status, 404)
    const id = String(answer.headers['x-request-id'])
    await page.goto(`${console.origin}/explain?request=${id}`)
    await page.getByText('を受け取るルートがありません').first().waitFor()
    const steps = await page.locator('.trace > li').allInnerTexts()
    assert.deepEqual(steps.filter(isEnglishLeft), [])
    const { stdout } = await sallyport('explain', id, '-c', console.gateway.file, '--lang', 'ja')
    assert.match(stdout, /を受け取るルートがありません/)
    assert.deepEqual(stdout.split('\n').filter(isEnglishLeft), [])
  })

  test('asks again in English as soon as that is chosen', async () => {
    const { page } = watched
    await page.goto(`${console.origin}/routes`)
    const answer = (language: string): Promise<string> =>
      page.evaluate<string>(`fetch('/api/v1/routes/none/none', {
        headers: { 'accept-language': '${language}' },
      }).then((response) => response.text())`)
    assert.match(await answer('ja'), /ここには何もありません/)
    assert.match(await answer('en'), /there is nothing here/)
    const asked = page.waitForRequest((request) => request.url().includes('/api/v1/'))
    await page.reload()
    assert.match((await (await asked).allHeaders())['accept-language'] ?? '', /^ja/)
    const again = page.waitForRequest(
      async (request) =>
        request.url().includes('/api/v1/') &&
        (await request.allHeaders())['accept-language'] === 'en',
    )
    await page.locator('summary[aria-label^=アカウント]').click()
    await page.getByLabel('言語').selectOption('en')
    await again
    assert.deepEqual(watched.complaints, [])
  })
})
