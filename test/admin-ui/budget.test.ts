// What the console costs to load, its languages, and that it speaks with nobody but its own server.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { before, suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'

const ROOT = resolve(import.meta.dirname, '../..')
const BUILT = join(ROOT, 'dist/console')
const FIRST_LOAD_BYTES = 180 * 1024
const WHOLE_BYTES = 700 * 1024
const STYLE_BYTES = 35 * 1024

suite('the console', () => {
  let page: string

  before(() => {
    if (!existsSync(join(BUILT, 'index.html'))) {
      execFileSync(process.execPath, ['deploy/build-console.mjs'], { cwd: ROOT })
    }
    page = readFileSync(join(BUILT, 'index.html'), 'utf8')
  })

  const packed = (path: string): number =>
    gzipSync(readFileSync(join(BUILT, path)), { level: 9 }).length
  const sum = (paths: readonly string[]): number =>
    paths.reduce((total, path) => total + packed(path), 0)
  const built = (pattern: string): readonly string[] => globSync(pattern, { cwd: BUILT })

  test('loads at most 180 KiB of scripts to begin with', () => {
    const first = [...page.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(([, path]) => path!)
    assert.ok(first.length > 0)
    // Until the overview is shown.
    const overview = built('assets/overview-*.js')
    const imported = overview.flatMap((path) =>
      [...readFileSync(join(BUILT, path), 'utf8').matchAll(/from\s*["']\.\/([^"']+)["']/g)].map(
        ([, name]) => `assets/${name!}`,
      ),
    )
    const bytes = sum([...new Set([...first, ...overview, ...imported])])
    assert.ok(bytes <= FIRST_LOAD_BYTES, `${bytes} bytes`)
  })

  test('has at most 700 KiB of scripts and 35 KiB of styles in all', () => {
    assert.ok(sum(built('**/*.js')) <= WHOLE_BYTES)
    assert.ok(sum(built('**/*.css')) <= STYLE_BYTES)
  })

  test('has no script or style inside its page', () => {
    assert.doesNotMatch(page, /<style|style=|onload=|<script(?![^>]*\bsrc=)/)
    assert.doesNotMatch(page, /(?:src|href)="(?!\/)/)
  })

  test('sets no style in a component, and imports nothing of the gateway but types', () => {
    for (const file of globSync('admin-ui/**/*.{ts,tsx}', { cwd: ROOT })) {
      const text = readFileSync(join(ROOT, file), 'utf8')
      assert.doesNotMatch(text, /\sstyle=\{|dangerouslySetInnerHTML|innerHTML/, file)
      const foreign = [...text.matchAll(/from '((?:\.\.\/)+(?:gateway|sidecar)\/[^']+)'/g)]
      for (const [, path] of foreign) {
        assert.match(path!, /gateway\/control\/contract\.ts$/, file)
        assert.match(text, /^export type \{/m, file)
      }
      assert.match(text, /^(?:\/\/ |\/\/\/ )/, `${file} says what it is for`)
      assert.ok(text.split('\n').length <= 400, file)
    }
  })
})
