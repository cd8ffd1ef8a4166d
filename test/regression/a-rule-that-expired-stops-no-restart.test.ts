// A file with a rule that expired was refused at the next start: the gateway starts, and the rule allows nothing.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { sallyport } from '../support/cli.ts'
import { startGateway } from '../support/gateway.ts'

test('a gateway starts on a file whose rule has expired, and lets nothing out by it', async () => {
  const gateway = await startGateway({
    config: `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /one, to: "http://127.0.0.1:1", auth: public } ]
egress:
  plain: 127.0.0.1:0
  rules:
    - { name: old, from: [anonymous], allow: [api.example.com], mode: learn, expires: 2020-01-01T00:00:00Z }
`,
  })
  try {
    const socket = connect(gateway.port('egress'), '127.0.0.1')
    socket.write('CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n')
    const [head] = (await once(socket, 'data')) as [Buffer]
    assert.match(head.toString(), /^HTTP\/1\.1 403 Egress rule_expired/)
    socket.destroy()
    const { code, stdout, stderr } = await sallyport('check', gateway.file)
    assert.equal(code, 0, stderr)
    assert.match(stdout + stderr, /expired on 2020-01-01T00:00:00Z and allows nothing/)
  } finally {
    await gateway.stop()
  }
})
