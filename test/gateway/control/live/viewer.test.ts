import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { forViewer, isViewer } from '../../../../gateway/control/live/viewer.ts'
import { recentRequest } from '../../decide/recent-request.ts'

suite('what a viewer sees of a request', () => {
  test('has the names of the query, and none of its values, wherever it is repeated', () => {
    const headers = ['Referer', 'https://app.example.com/x?name=Sato', 'accept', '*/*?x=1']
    const request = recentRequest('a', { target: '/?name=Sato&flag&a=b=c', fields: headers })
    const { facts } = forViewer(request)
    assert.equal(facts.query, 'name=•••&flag=•••&a=•••')
    const at = facts.headers.indexOf('accept')
    assert.deepEqual(facts.headers.slice(at - 2), [
      'referer',
      'https://app.example.com/x?•••',
      'accept',
      '*/*?x=1',
    ])
    assert.deepEqual(facts.masked, ['query:name', 'query:flag', 'query:a'])
    assert.doesNotMatch(JSON.stringify(facts), /Sato/)
    assert.equal(forViewer(recentRequest('b')).facts.query, '')
  })

  test('is for those who may only look', () => {
    assert.deepEqual(
      (['viewer', 'operator', 'admin', null] as const).map((role) => isViewer({ role })),
      [true, false, false, true],
    )
  })
})
