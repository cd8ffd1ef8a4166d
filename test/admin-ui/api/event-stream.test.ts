import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEvent } from '../../../admin-ui/api/event-stream.ts'

test('an event is read with its id, its name and all its lines', () => {
  assert.deepEqual(parseEvent('id: b.7\nevent: request\ndata: {"a":\ndata: 1}'), {
    id: 'b.7',
    name: 'request',
    data: '{"a":\n1}',
  })
  assert.deepEqual(parseEvent(': heartbeat'), { id: null, name: 'message', data: '' })
  assert.equal(parseEvent('data:x').data, 'x')
})
