import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import {
  CONSOLE_POLICY,
  mountConsole,
  readConsole,
} from '../../../../gateway/control/console/static-files.ts'

suite('the console’s files', () => {
  let folder: string
  let app: FastifyInstance
  const script = `export const x = '${'a'.repeat(5000)}'`

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-console-'))
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>console</title>')
    writeFileSync(join(folder, 'icon.svg'), '<svg/>')
    writeFileSync(join(folder, 'assets', 'main-abc123.js'), script)
    writeFileSync(join(folder, 'assets', 'main-abc123.js.map'), '{}')
    app = Fastify()
    mountConsole(app, readConsole(folder), () => Promise.resolve(false))
    await app.ready()
  })

  after(async () => {
    await app.close()
    rmSync(folder, { recursive: true })
  })

  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })

  test('are the page for every path of it, never stored and under a strict policy', async () => {
    for (const path of ['/', '/setup', '/login', '/routes/orders', '/revisions/12?from=3']) {
      const { statusCode, headers, body } = await get(path)
      assert.equal(statusCode, 200, path)
      assert.match(body, /<title>console/)
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal(headers['content-security-policy'], CONSOLE_POLICY)
    }
  })

  test('allow no script, style or frame from anywhere else, and none inside the page', () => {
    assert.match(CONSOLE_POLICY, /script-src 'self';/)
    assert.match(CONSOLE_POLICY, /style-src 'self';/)
    assert.match(CONSOLE_POLICY, /frame-ancestors 'none'/)
    assert.doesNotMatch(CONSOLE_POLICY, /unsafe|https?:|data:|\*/)
  })

  test('are kept for ever where their name changes with what they hold, and are compressed', async () => {
    const { headers, body } = await get('/assets/main-abc123.js')
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
    assert.equal(headers['content-type'], 'text/javascript; charset=utf-8')
    assert.equal(body, script)
    const packed = await get('/assets/main-abc123.js', { 'accept-encoding': 'br, gzip' })
    assert.equal(packed.headers['content-encoding'], 'gzip')
    assert.equal(gunzipSync(packed.rawPayload).toString(), script)
  })

  test('are asked for by tag where their name stays', async () => {
    const { headers } = await get('/icon.svg')
    assert.equal(headers['cache-control'], 'no-cache')
    const again = await get('/icon.svg', { 'if-none-match': String(headers.etag) })
    assert.equal(again.statusCode, 304)
  })

  test('hold nothing that is not of the console, and nothing of the API', async () => {
    for (const path of [
      '/assets/main-abc123.js.map',
      '/assets/main-old.js',
      '/api/v1/nothing',
      '/assets/../../../../etc/passwd.txt',
      '/assets/%2e%2e/%2e%2e/package.json',
      '/.env',
      '/openapi.json',
    ]) {
      assert.equal((await get(path)).statusCode, 404, path)
    }
  })

  test('that are missing are told in words', () => {
    assert.throws(() => readConsole(join(folder, 'nowhere')), { code: 'console_missing' })
    assert.throws(() => readConsole(join(folder, 'assets')), { code: 'console_missing' })
  })
})
