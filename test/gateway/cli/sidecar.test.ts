import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CommandContext } from '../../../gateway/cli/command.ts'
import { ExitCode } from '../../../gateway/cli/exit-codes.ts'
import { sidecar } from '../../../gateway/cli/sidecar.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { freePort } from '../../support/free-port.ts'

function context(): { context: CommandContext; talked: () => string; signal: () => void } {
  let talked = ''
  let signal = (): void => {}
  return {
    context: {
      clock: systemClock,
      env: {},
      colour: false,
      out: () => assert.fail('it has no data to print'),
      talk: (text) => {
        talked += text
      },
      onSignal: (name, listener) => {
        if (name === 'SIGTERM') signal = listener
      },
    },
    talked: () => talked,
    signal: () => signal(),
  }
}

test('wrong flags are told all at once, with what to write, and end it with the code for usage', async () => {
  const { context: given, talked } = context()
  const values = { service: 'a b', app: 'http://10.0.0.1:80', control: 'gw:1' }
  const code = await sidecar.run({ values, positionals: [] }, given)
  assert.equal(code, ExitCode.usage)
  const lines = talked().trim().split('\n')
  assert.equal(lines.length, 4)
  assert.match(lines[1]!, /^sallyport sidecar: --app: 10\.0\.0\.1 is not this machine; write /)
})

test('SIGTERM ends it cleanly while it still waits for control', async () => {
  const { context: given, talked, signal } = context()
  const values = {
    service: 'orders',
    app: 'http://127.0.0.1:1',
    control: `https://127.0.0.1:${await freePort()}`,
    'token-file': '/nowhere',
    inbound: '127.0.0.1:0',
    outbound: '127.0.0.1:0',
    admin: '127.0.0.1:0',
  }
  const ended = sidecar.run({ values, positionals: [] }, given)
  setImmediate(signal)
  assert.equal(await ended, ExitCode.ok)
  assert.equal(talked(), '')
})

test('a taken port ends it with a reason', async () => {
  const { context: given, talked } = context()
  const { createServer } = await import('node:net')
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as { port: number }
  const values = {
    service: 'orders',
    app: 'http://127.0.0.1:1',
    control: 'https://127.0.0.1:1',
    'token-file': '/nowhere',
    admin: `127.0.0.1:${port}`,
  }
  assert.equal(await sidecar.run({ values, positionals: [] }, given), ExitCode.failure)
  assert.match(talked(), /EADDRINUSE/)
  taken.close()
})
