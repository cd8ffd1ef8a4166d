import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { dialTcp, Probes } from '../../../../gateway/control/live/probes.ts'
import { until } from '../../../support/until.ts'
import { ManualClock, settled } from '../../auth/manual-clock.ts'

function target(port: number) {
  return { url: `http://127.0.0.1:${port}`, host: '127.0.0.1', port }
}

suite('looking at endpoints', () => {
  test('goes on while somebody wants to see them, and ends by itself', async () => {
    const clock = new ManualClock()
    const dialled: number[] = []
    const probes = new Probes(clock, async (_host, port) => {
      dialled.push(port)
      return port === 2 ? 'connect ECONNREFUSED 127.0.0.1:2' : null
    })
    await clock.advance(60_000)
    assert.deepEqual(dialled, [], 'nobody watches')
    await probes.watch([target(1), target(2)])
    assert.equal(probes.results.get('http://127.0.0.1:1')?.fault, null)
    assert.match(probes.results.get('http://127.0.0.1:2')?.fault ?? '', /ECONNREFUSED/)
    await clock.advance(9000)
    assert.equal(dialled.length, 8)
    await clock.advance(60_000)
    const after = dialled.length
    assert.ok(after <= 14)
    await clock.advance(60_000)
    assert.equal(dialled.length, after)
    assert.equal(probes.results.size, 0)
    assert.equal(clock.pending, 0)
  })

  test('never has more than 32 connections at a time, nor looks at more than 500', async () => {
    const clock = new ManualClock()
    let running = 0
    let most = 0
    let dialled = 0
    const probes = new Probes(clock, async () => {
      dialled++
      most = Math.max(most, ++running)
      await settled()
      running--
      return null
    })
    const done = probes.watch(Array.from({ length: 700 }, (_, port) => target(port)))
    await until('every look', () => dialled >= 500 && running === 0)
    await done
    assert.deepEqual([most, dialled, probes.results.size], [32, 500, 500])
    probes.close()
  })

  test('does not keep who asks waiting for one that does not answer', async () => {
    const clock = new ManualClock()
    const probes = new Probes(clock, () => new Promise(() => {}))
    let isAnswered = false
    void probes.watch([target(1)]).finally(() => {
      isAnswered = true
    })
    await clock.advance(999)
    assert.equal(isAnswered, false)
    await clock.advance(1)
    assert.equal(isAnswered, true)
  })

  test('says what the system says', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    assert.equal(await dialTcp('127.0.0.1', port, 2000), null)
    server.close()
    await once(server, 'close')
    assert.equal(await dialTcp('127.0.0.1', port, 2000), `connect ECONNREFUSED 127.0.0.1:${port}`)
  })
})
