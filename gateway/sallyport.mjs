#!/usr/bin/env node
// The launcher: plain JavaScript that any Node can read, so that an old one is told why it will not do.
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const recentEnough =
  (major === 22 && minor >= 23) ||
  (major === 24 && minor >= 18) ||
  major >= 26 ||
  (major === 25 && minor >= 9)

if (!recentEnough) {
  process.stderr.write(
    `sallyport: Node ${process.versions.node} is too old: it lacks TLS fixes that client certificates depend on.\n` +
      'Use Node 24.18 or later (or 22.23 or later). In a checkout, `npx sallyport …` and `npm start` use the right one.\n',
  )
  process.exit(1)
}

// What V8 made of the sources, kept beside the packages, which whoever can write there can change anyway: every process
// starts in half the time. Where it cannot be written nothing is kept.
const cache = fileURLToPath(new URL('../node_modules/.cache/sallyport', import.meta.url))
module.enableCompileCache(cache)
process.env.NODE_COMPILE_CACHE ??= cache

const built = new URL('../dist/gateway/main.js', import.meta.url)
const source = new URL('./main.ts', import.meta.url)
// A published package holds the built program only; a checkout runs its sources, built or not.
await import(existsSync(fileURLToPath(source)) ? source.href : built.href)
