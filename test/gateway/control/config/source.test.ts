// Whether the file may be written, told without the machine's paths.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sourceOperations } from '../../../../gateway/control/config/source.ts'

function said(problem: string | null): unknown {
  const file = () => '/etc/sallyport/gateway.yaml'
  const [operation] = sourceOperations({ file, writeProblem: () => problem })
  return operation!.run({} as never)
}

test('a file that can be written is so', () => {
  assert.deepEqual(said(null), { file: 'gateway.yaml', isWritable: true, reason: '' })
})

test('one that cannot says why, and not where it is', () => {
  assert.deepEqual(said("EROFS: read-only file system, access '/etc/sallyport/gateway.yaml'"), {
    file: 'gateway.yaml',
    isWritable: false,
    reason: 'EROFS: read-only file system',
  })
})
