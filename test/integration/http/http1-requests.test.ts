// S001–S161 as data: what the edge does with HTTP/1.1 requests that can be said in one message.

import { after, before, test } from 'node:test'
import { startEdge, type EdgeUnderTest } from './edge-under-test.ts'
import { http1Exceptions } from './http1-exceptions.ts'
import { framingCases } from './http1-framing-cases.ts'
import { headCases } from './http1-head-cases.ts'
import { hopCases } from './http1-hop-cases.ts'
import { assertOutcome } from './http1-verdict.ts'

let edge: EdgeUnderTest

before(async () => {
  edge = await startEdge()
})

after(() => edge.stop())

for (const [id, { what, send, expect }] of Object.entries({
  ...framingCases,
  ...headCases,
  ...hopCases,
})) {
  const exception = http1Exceptions[id]
  const title = exception === undefined ? what : `${what} (exception: ${exception.reason})`
  test(`${id} ${title}`, async () => {
    await edge.upstream.clear()
    await assertOutcome(edge, [send], exception?.expect ?? expect)
  })
}
