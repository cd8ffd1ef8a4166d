// Shows a page to a real browser and answers what the page's document looked like when it was done.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Quiet, unprivileged by no sandbox (tests may run as root), and without a word to the outside. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--ignore-certificate-errors',
  '--virtual-time-budget=10000',
]

/** The document of `url` as HTML, after its scripts and requests are done. */
export function documentOf(url: string, moreFlags: readonly string[] = []): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'sallyport-browser-'))
  const args = [...FLAGS, ...moreFlags, `--user-data-dir=${profile}`, '--dump-dom', url]
  return new Promise<string>((resolve, reject) => {
    execFile('chromium', args, { timeout: 60_000, maxBuffer: 1024 * 1024 }, (error, stdout) => {
      if (error !== null) reject(new Error(`chromium failed: ${error.message}`))
      else resolve(stdout)
    })
  }).finally(() => rmSync(profile, { recursive: true, force: true }))
}
