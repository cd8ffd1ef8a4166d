import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { watchSources, type Watcher } from '../../../gateway/config/watch.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'

/** A clock whose timers run when the test says so. */
class HandClock implements Clock {
  #tasks: (() => void)[] = []

  get pending(): number {
    return this.#tasks.length
  }

  wallMs(): number {
    return 0
  }

  monotonicMs(): number {
    return 0
  }

  after(_delayMs: number, task: () => void): () => void {
    this.#tasks.push(task)
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task)
    }
  }

  tick(): void {
    const due = this.#tasks
    this.#tasks = []
    for (const task of due) task()
  }
}

let folder: string
let clock: HandClock
let changes: number
let watcher: Watcher

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-watch-'))
  clock = new HandClock()
  changes = 0
})

afterEach(() => {
  watcher.close()
  rmSync(folder, { recursive: true })
})

function at(name: string): string {
  return join(folder, name)
}

function watch(...names: string[]): void {
  watcher = watchSources(names.map(at), () => (changes += 1), { clock })
}

/** How many changes were told of during `looks` looks. */
function changesIn(looks: number): number {
  const before = changes
  for (let look = 0; look < looks; look++) clock.tick()
  return changes - before
}

test('nothing is told while nothing changes', () => {
  writeFileSync(at('a'), 'x')
  watch('a', 'absent')
  assert.equal(changesIn(5), 0)
})

test('a change is told once, after two looks found the same', () => {
  writeFileSync(at('a'), 'x')
  watch('a')
  writeFileSync(at('a'), 'longer')
  assert.equal(changesIn(1), 0)
  assert.equal(changesIn(1), 1)
  assert.equal(changesIn(5), 0)
})

test('a file still being written is waited for', () => {
  writeFileSync(at('a'), 'x')
  watch('a')
  for (let length = 2; length < 6; length++) {
    writeFileSync(at('a'), 'x'.repeat(length))
    assert.equal(changesIn(1), 0)
  }
  assert.equal(changesIn(1), 1)
})

test('a change of the same length is noticed by its time', () => {
  writeFileSync(at('a'), 'x')
  watch('a')
  writeFileSync(at('a'), 'y')
  utimesSync(at('a'), 1, 1)
  assert.equal(changesIn(2), 1)
})

test('a file replaced by renaming is noticed, though size and time are the same', () => {
  writeFileSync(at('a'), 'x')
  const { atime, mtime } = statSync(at('a'))
  watch('a')
  writeFileSync(at('b'), 'y')
  utimesSync(at('b'), atime, mtime)
  renameSync(at('b'), at('a'))
  assert.equal(changesIn(2), 1)
  writeFileSync(at('a'), 'later')
  assert.equal(changesIn(2), 1)
})

test('a swapped symbolic link is noticed, as mounted secrets are updated', () => {
  for (const version of ['v1', 'v2']) {
    mkdirSync(at(version))
    writeFileSync(join(at(version), 'tls.crt'), version)
  }
  symlinkSync('v1', at('..data'))
  mkdirSync(at('certs'))
  symlinkSync('../..data/tls.crt', join(at('certs'), 'tls.crt'))
  watch('certs')
  assert.equal(changesIn(3), 0)
  symlinkSync('v2', at('..new'))
  renameSync(at('..new'), at('..data'))
  assert.equal(changesIn(2), 1)
})

test('files that come to a folder or leave it are noticed', () => {
  mkdirSync(at('certs'))
  watch('certs')
  writeFileSync(join(at('certs'), 'a.crt'), 'x')
  assert.equal(changesIn(2), 1)
  writeFileSync(join(at('certs'), 'a.crt'), 'changed')
  assert.equal(changesIn(2), 1)
  rmSync(join(at('certs'), 'a.crt'))
  assert.equal(changesIn(2), 1)
})

test('a file that vanishes and comes back is told of both times', () => {
  writeFileSync(at('a'), 'x')
  watch('a')
  rmSync(at('a'))
  assert.equal(changesIn(3), 1)
  writeFileSync(at('a'), 'x')
  assert.equal(changesIn(3), 1)
})

test('a file gone for one look only, as when it is replaced, is told once', () => {
  writeFileSync(at('a'), 'x')
  watch('a')
  rmSync(at('a'))
  assert.equal(changesIn(1), 0)
  writeFileSync(at('a'), 'xyz')
  assert.equal(changesIn(4), 1)
})

test('following other sources loses no change of those that stay', () => {
  writeFileSync(at('a'), 'x')
  writeFileSync(at('b'), 'x')
  watch('a')
  writeFileSync(at('a'), 'changed while a reload was running')
  watcher.follow([at('a'), at('b')])
  assert.equal(changesIn(3), 1)
  writeFileSync(at('b'), 'changed')
  assert.equal(changesIn(3), 1)
  watcher.follow([at('b')])
  writeFileSync(at('a'), 'no longer watched')
  assert.equal(changesIn(3), 0)
})

test('a closed watcher looks no more, even when closed from its own call', () => {
  writeFileSync(at('a'), 'x')
  watcher = watchSources([at('a')], () => watcher.close(), { clock })
  writeFileSync(at('a'), 'longer')
  changesIn(3)
  assert.equal(clock.pending, 0)
})
