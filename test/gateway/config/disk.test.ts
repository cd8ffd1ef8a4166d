import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { disk } from '../../../gateway/config/disk.ts'
import { loadConfig } from '../../../gateway/config/load.ts'
import { MaterialCollector } from '../../../gateway/config/materials.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { loaded, told } from './memory-disk.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-disk-'))
after(() => rmSync(folder, { recursive: true }))

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

test('text is read as UTF-8, without a byte order mark', () => {
  assert.equal(disk.readFile(write('a', '\uFEFFgrüß'), 100), 'grüß')
})

test('what is no bounded text file is refused', () => {
  const large = write('large', 'x'.repeat(11))
  assert.throws(() => disk.readFile(large, 10), /larger than 10 bytes/)
  assert.throws(() => disk.readFile(write('bytes', Uint8Array.of(0xff)), 10), /not UTF-8/)
  assert.throws(() => disk.readFile(folder, 10), /is a folder/)
  assert.throws(() => disk.readFile('/dev/null', 10), /not a regular file/)
  assert.throws(() => disk.readFile(join(folder, 'absent'), 10), { code: 'ENOENT' })
})

test('a configuration on disk loads, with its files beside it', async () => {
  write('password', 'folder\n')
  const file = write(
    'gw.yaml',
    'listeners: [{ name: a, tls: off }]\ndataDir: ${file:password}\n' +
      'routes: [{ name: r, match: /x, to: "http://127.0.0.1:1", auth: public }]\n',
  )
  const { config, sources } = loaded(
    await loadConfig(file, { ...disk, env: {}, clock: systemClock }),
  )
  assert.equal(config.dataDir, 'folder')
  assert.deepEqual(sources, [file, join(folder, 'password')])
})

test('a configuration that is a folder, or not there, is refused in words', async () => {
  const dependencies = { ...disk, env: {}, clock: systemClock }
  assert.deepEqual(told(await loadConfig(folder, dependencies)), [
    `1:1 error: cannot read ${folder}: it is a folder`,
  ])
  assert.deepEqual(told(await loadConfig(join(folder, 'no.yaml'), dependencies)), [
    `1:1 error: cannot read ${join(folder, 'no.yaml')}: ENOENT: no such file or directory`,
  ])
})

test('materials hold what was read under the paths as written, and why the rest was not', () => {
  const config = write('gw.yaml', '')
  write('a.pem', 'A')
  const collector = new MaterialCollector(config, disk, 5)
  collector.file('./a.pem')
  collector.file('./a.pem')
  collector.file('no.pem')
  collector.folder('a.pem')
  collector.secretFile('a.pem')
  assert.deepEqual(collector.materials(), {
    readAtMs: 5,
    files: { './a.pem': { text: 'A' }, 'no.pem': { error: 'there is no such file or folder' } },
    folders: { 'a.pem': { error: 'it is not a folder' } },
  })
  assert.deepEqual(collector.sources(), [join(folder, 'a.pem'), join(folder, 'no.pem')])
})
