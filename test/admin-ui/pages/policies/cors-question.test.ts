import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  corsCommand,
  typedCors,
  typedHeaders,
} from '../../../../admin-ui/pages/policies/cors-question.ts'

suite('what is typed into the CORS simulator', () => {
  test('names fields, with a value where one is written', () => {
    assert.deepEqual(typedHeaders(' x-a, content-type: text/plain、ｘ－ｂ ,'), [
      { name: 'x-a' },
      { name: 'content-type', value: 'text/plain' },
      { name: 'x-b' },
    ])
    assert.deepEqual(typedHeaders(''), [])
  })

  test('is the same on the command line', () => {
    const fields = {
      origin: 'https://a.test ',
      method: 'PUT',
      headers: 'x-a, content-type: text/plain',
      credentials: true,
    }
    assert.equal(
      corsCommand('orders', fields),
      "npx sallyport cors orders --origin https://a.test --method PUT --header 'x-a' --header 'content-type: text/plain' --credentials",
    )
  })

  test('is a policy with and without its key, or no YAML', () => {
    assert.deepEqual(typedCors('cors: { origins: "*" }'), { value: { origins: '*' } })
    assert.deepEqual(typedCors('cors:\n  origins: [https://a.test]\n  credentials: true'), {
      value: { origins: ['https://a.test'], credentials: true },
    })
    assert.deepEqual(typedCors('https://a.test'), { value: 'https://a.test' })
    assert.equal(typedCors('{ origins: ['), null)
  })
})
