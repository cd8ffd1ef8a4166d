import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { LineWriter } from '../../../sidecar/telemetry/line-writer.ts'

function openFile(t: TestContext): { fd: number; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-lines-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'lines')
  return { fd: openSync(file, 'w'), file }
}

test('lines arrive whole and in order', async (t) => {
  const { fd, file } = openFile(t)
  const writer = new LineWriter(fd)
  const lines = Array.from({ length: 2000 }, (_, i) => `${i} ${'x'.repeat(i % 300)}é`)
  for (const line of lines) writer.write(line)
  await writer.drained()
  closeSync(fd)
  assert.equal(readFileSync(file, 'utf8'), `${lines.join('\n')}\n`)
  assert.equal(writer.dropped, 0)
})

test('a line longer than a pipe takes at once is still written whole', async (t) => {
  const { fd, file } = openFile(t)
  const writer = new LineWriter(fd)
  writer.write('y'.repeat(100_000))
  writer.write('z')
  await writer.drained()
  closeSync(fd)
  assert.equal(readFileSync(file, 'utf8').length, 100_003)
})

test('what does not fit is dropped and counted, and later lines are written', async (t) => {
  const { fd, file } = openFile(t)
  const writer = new LineWriter(fd)
  const line = 'x'.repeat(1023)
  for (let i = 0; i < 3000; i++) writer.write(line)
  assert.equal(writer.dropped, 3000 - 1024)
  await writer.drained()
  writer.write('after')
  await writer.drained()
  closeSync(fd)
  const written = readFileSync(file, 'utf8').trimEnd().split('\n')
  assert.equal(written.length, 1025)
  assert.equal(written.at(-1), 'after')
})

test('a reader that is gone neither blocks nor ends the process', async () => {
  const writer = new LineWriter(9999)
  writer.write('into the void')
  await writer.drained()
  assert.equal(writer.dropped, 1)
})

test('drained resolves at once where nothing waits', async () => {
  await new LineWriter(9999).drained()
})

test('a slow reader gets every line', async () => {
  const module = new URL('../../../sidecar/telemetry/line-writer.ts', import.meta.url).href
  const program = `
    const { LineWriter } = await import(${JSON.stringify(module)})
    const writer = new LineWriter(1)
    for (let i = 0; i < 3000; i++) writer.write(String(i).padEnd(200, '.'))
    await writer.drained()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  for await (const chunk of child.stdout) {
    text += String(chunk)
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (child.exitCode === null) await once(child, 'exit')
  const numbers = text
    .trimEnd()
    .split('\n')
    .map((line) => Number.parseInt(line, 10))
  assert.deepEqual(
    numbers,
    Array.from({ length: 3000 }, (_, i) => i),
  )
})
