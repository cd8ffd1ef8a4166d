// A revision whose address is taken is refused as a whole: nothing of it serves, and nothing of the old one stops.

import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { startGateway } from '../../support/gateway.ts'
import { call } from './client.ts'
import { startUpstream } from './upstream.ts'

test('a taken port is refused and the old plan serves on', async (t) => {
  const upstream = await startUpstream()
  t.after(() => upstream.close())
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  t.after(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const config = (route: string, more = ''): string => `workers: 2
listeners:
  - { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } }
${more}
services: { api: { endpoints: ["${upstream.url}"] } }
routes:
  - { name: ${route}, match: /${route}, to: api, auth: public }
`
  const gateway = await startGateway({ config: config('old') })
  t.after(() => gateway.stop())
  const bind = `  - { name: second, bind: "127.0.0.1:${port}", tls: off }`
  gateway.write('sallyport.yaml', config('new', bind))
  await gateway.waitFor('the refusal', (_out, err) => err.includes('could not be served'))
  assert.match(gateway.stderr(), /EADDRINUSE/)
  assert.equal((await call(gateway, '/old')).status, 200)
  assert.equal((await call(gateway, '/new')).status, 404)

  // The same file, once the port is free.
  await new Promise((resolve) => taken.close(resolve))
  gateway.process.kill('SIGHUP')
  await gateway.waitFor('the next revision', (_out, err) =>
    /"revision is live","revision":[^1]/.test(err),
  )
  assert.equal((await call(gateway, '/new')).status, 200)
  const answer = await fetch(`http://127.0.0.1:${port}/new`)
  assert.equal(await answer.text(), 'ok')
})

test('a first revision whose address is taken ends the program with the reason', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  try {
    await assert.rejects(
      startGateway({
        config: `workers: 2
listeners: [ { name: public, bind: "127.0.0.1:${port}", tls: off } ]
routes: [ { name: r, match: /x, to: "http://127.0.0.1:1", auth: public } ]
`,
      }),
      /EADDRINUSE/,
    )
  } finally {
    taken.close()
  }
})
