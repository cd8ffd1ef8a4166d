// The audit: chained, continued after a crash, and impossible to change without being found out.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { AuditLog } from '../../../../gateway/control/audit/audit-log.ts'
import type { AuditEvent } from '../../../../gateway/control/audit/entry.ts'

const root = mkdtempSync(join(tmpdir(), 'sallyport-audit-'))
after(() => rmSync(root, { recursive: true, force: true }))

const clock = { wallMs: () => 1_800_000_000_000 }
const event = (target: string): AuditEvent => ({
  actor: { kind: 'user', name: 'sato', address: '127.0.0.1' },
  origin: 'api',
  action: 'route.update',
  target,
  before: null,
  after: { timeout: '5s' },
  result: 'ok',
  requestId: 'r1',
})

let folders = 0
function written(count: number, maxFileBytes?: number): { folder: string; log: AuditLog } {
  const folder = join(root, String(folders++))
  const log = new AuditLog({
    folder,
    clock,
    ...(maxFileBytes === undefined ? {} : { maxFileBytes }),
  })
  for (let i = 1; i <= count; i++) log.append(event(`route-${i}`))
  return { folder, log }
}

const FIRST = 'audit-000001.jsonl'

test('entries are numbered, timed, and read back newest first', async () => {
  const { log, folder } = written(3)
  const [last, middle] = log.search(null, 2).entries
  assert.equal(last?.target, 'route-3')
  assert.equal(last.previous, middle?.hash)
  assert.equal(last.time, new Date(clock.wallMs()).toISOString())
  assert.deepEqual(
    log.search(3, 10).entries.map(({ sequence }) => sequence),
    [2, 1],
  )
  assert.equal(await log.verify(), null)
  assert.equal(statSync(join(folder, FIRST)).mode & 0o777, 0o600)
})

test('a restart goes on in the same chain', async () => {
  const { folder, log } = written(2)
  log.close()
  const next = new AuditLog({ folder, clock })
  assert.equal(next.append(event('after')).sequence, 3)
  assert.equal(await next.verify(), null)
})

test('a changed, removed or cut line is named', async () => {
  const edits: readonly [string, (lines: string[]) => string[], number, string][] = [
    ['changed', (l) => l.with(1, l[1]!.replace('route-2', 'route-9')), 2, 'line_changed'],
    ['removed', (l) => l.toSpliced(1, 1), 2, 'line_missing'],
    ['first removed', (l) => l.slice(1), 1, 'line_missing'],
    ['swapped', (l) => [l[0]!, l[2]!, l[1]!], 2, 'line_missing'],
    ['end cut', (l) => l.slice(0, 2), 3, 'end_missing'],
    ['garbage', (l) => l.with(2, 'x'), 3, 'line_changed'],
  ]
  for (const [name, edit, line, reason] of edits) {
    const { folder, log } = written(3)
    const file = join(folder, FIRST)
    const lines = edit(readFileSync(file, 'utf8').trimEnd().split('\n'))
    writeFileSync(file, lines.map((text) => `${text}\n`).join(''))
    assert.deepEqual(await log.verify(), { file: FIRST, line, reason }, name)
  }
})

test('half a line of a crash is set aside and told', async () => {
  const { folder, log } = written(2)
  log.close()
  appendFileSync(join(folder, FIRST), '{"sequence":3,"ti')
  const next = new AuditLog({ folder, clock })
  const [repair] = next.search(null, 1).entries
  assert.equal(repair?.action, 'audit.repair')
  assert.equal(repair.sequence, 3)
  assert.equal(await next.verify(), null)
  assert.equal(readFileSync(join(folder, `${FIRST}.torn`), 'utf8'), '{"sequence":3,"ti')
})

test('files are changed at a size, and the chain runs through them', async () => {
  const { folder, log } = written(20, 2000)
  assert.ok(readdirSync(folder).filter((name) => name.endsWith('.jsonl')).length > 3)
  assert.equal(await log.verify(), null)
  assert.equal(log.search(null, 100).entries.length, 20)
  rmSync(join(folder, 'audit-000002.jsonl'))
  assert.equal((await log.verify())?.file, 'audit-000003.jsonl')
})

test('on a full disk nothing may begin, and what was begun is still written down', async () => {
  const { folder, log } = written(1)
  const reserve = join(folder, 'reserve')
  symlinkSync('/dev/full', reserve)
  assert.throws(() => log.reserve(), { code: 'audit_unavailable' })
  assert.deepEqual(readdirSync(folder), [FIRST])
  log.reserve()
  assert.equal(statSync(reserve).size, 65_536)
  assert.equal(log.append(event('begun')).sequence, 2)
})

test('of an entry that did not find room nothing is left, so the chain goes on behind it', () => {
  const { folder } = written(0)
  // Counted in blocks of 1,024 bytes. Node ignores the signal, and the write that goes beyond ends in the middle of a line.
  const script = 'ulimit -f 4; exec "$0" "$@"'
  const program = resolve(import.meta.dirname, 'append-until-full.ts')
  const child = spawnSync('bash', ['-c', script, process.execPath, program, folder], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  assert.match(child.stdout, /^[1-9]\d* written, EFBIG\n$/, child.stderr)
  const text = readFileSync(join(folder, FIRST), 'utf8')
  assert.ok(text.endsWith('}\n') && text.length < 4096, text.slice(-80))
  assert.deepEqual(readdirSync(folder), [FIRST])
  const log = new AuditLog({ folder, clock })
  assert.equal(log.append(event('again')).sequence, Number.parseInt(child.stdout) + 1)
})

test('values are kept short', async () => {
  const { log } = written(0)
  const entry = log.append({ ...event('long'), after: 'x'.repeat(100_000) })
  assert.ok(JSON.stringify(entry).length < 20_000)
  assert.equal(await log.verify(), null)
})

test('what is called a secret is hidden, however deep', async () => {
  const { log } = written(0)
  const after = {
    password: 'a-1',
    token: 'a-2',
    oidc: [{ clientSecret: 'a-3', authorization: 'a-4' }],
    tokenId: 'shown',
    keys: 2,
  }
  const entry = log.append({ ...event('secret'), before: after, after })
  assert.doesNotMatch(JSON.stringify(entry), /a-\d/)
  assert.match(JSON.stringify(entry), /shown.*"keys":2/)
  assert.equal(await log.verify(), null)
})

test('pages hold what was asked for, and go on where they end', () => {
  const { log } = written(30, 2000)
  const seen: number[] = []
  for (let before: number | null = null; ;) {
    const { entries, next } = log.search(before, 7)
    seen.push(...entries.map(({ sequence }) => sequence))
    if (next === null) break
    before = next
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 30 }, (_, i) => 30 - i),
  )
  const { entries } = log.search(null, 10, { target: 'route-3' })
  assert.deepEqual(
    entries.map(({ sequence }) => sequence),
    [3],
  )
  assert.equal(log.search(null, 10, { actor: 'nobody' }).entries.length, 0)
})
