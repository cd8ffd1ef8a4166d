// Policy tests as part of a configuration file: told with their place, and run wherever a change is tried.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../../gateway/config/load.ts'
import { runPolicyTests } from '../../../gateway/decide/policy-tests.ts'
import { CONFIG_FILE, fixedClock, memoryDisk, told } from './memory-disk.ts'

const TEXT = `listeners: [ { name: public, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: open, match: /open/*, to: "http://127.0.0.1:1", auth: public } ]
tests:
  - { name: fine, request: { url: "http://x/open/1" }, expect: { route: open } }
  - { name: closed, request: { url: "http://x/open/2" }, expect: { status: 404 } }
`

function load(text: string, severity: 'error' | 'warning') {
  const disk = memoryDisk({ [CONFIG_FILE]: text })
  return loadConfig(CONFIG_FILE, {
    ...disk,
    env: {},
    clock: fixedClock(),
    runTests: (tests, plan, nowMs) => runPolicyTests(tests, plan, nowMs, severity),
  })
}

test('a policy test that fails refuses a change, with its place', async () => {
  const result = await load(TEXT, 'error')
  assert.equal(result.kind, 'refused')
  const wanted = '5:76 error: policy test `closed` fails: status is forwarded, not 404'
  assert.deepEqual(told(result), [wanted])
})

test('it is a warning where nothing is served yet', async () => {
  assert.equal((await load(TEXT, 'warning')).kind, 'loaded')
})

test('none is run on a configuration that is not valid itself', async () => {
  const result = await load(TEXT.replace('match: /open/*', 'match: /open/**'), 'error')
  assert.ok(told(result).every((line) => !line.includes('policy test')))
})
