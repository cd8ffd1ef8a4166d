// Which control plane a command talks to.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { apiTarget } from '../../../gateway/cli/api-target.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-target-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const NO_ENV = { env: {} }

test('a configuration leads to the socket in its data folder, whatever else is wrong with it', () => {
  const file = join(folder, 'a.yaml')
  writeFileSync(file, 'dataDir: ./state\nlisteners: 5\n')
  const target = apiTarget({ values: { config: file } }, NO_ENV)
  assert.deepEqual(target, { kind: 'socket', path: join(folder, 'state/control.sock') })
  writeFileSync(file, 'routes: []\n')
  assert.deepEqual(apiTarget({ values: { config: file } }, NO_ENV), {
    kind: 'socket',
    path: join(folder, 'data/control.sock'),
  })
})

test('a data folder is taken as it is', () => {
  const path = join(folder, 'control.sock')
  assert.deepEqual(apiTarget({ values: { 'data-dir': folder } }, NO_ENV), { kind: 'socket', path })
  const env = { SALLYPORT_DATA_DIR: folder }
  assert.deepEqual(apiTarget({ values: {} }, { env }), { kind: 'socket', path })
})

test('a server wants https and a token', () => {
  const server = 'https://gw.example.com:9443'
  const env = { SALLYPORT_TOKEN: 'sap_x' }
  const target = apiTarget({ values: { server } }, { env })
  assert.equal(target.kind === 'server' && target.token, 'sap_x')
  assert.throws(() => apiTarget({ values: { server } }, NO_ENV), { code: 'usage' })
  assert.throws(() => apiTarget({ values: { server: 'http://gw' } }, { env }), { code: 'usage' })
})

test('a file that cannot be read is told with what to write', () => {
  const values = { config: join(folder, 'none.yaml') }
  assert.throws(() => apiTarget({ values }, NO_ENV), /cannot read .*-c FILE/)
})
