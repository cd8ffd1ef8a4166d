import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  LEASE_TTL_MS,
  Registry,
  type Caller,
  type RegistryEvent,
} from '../../../../gateway/control/mesh/registry.ts'
import type { Heartbeat, Registration } from '../../../../sidecar/snapshot/grant.ts'

const UP: Heartbeat = { healthy: true, status: 'up' }

class World {
  nowMs = 1_000_000
  readonly events: RegistryEvent[] = []
  readonly changes: string[] = []
  #leases = 0
  readonly registry = new Registry({
    clock: { monotonicMs: () => this.nowMs },
    newLeaseId: () => `lease-${++this.#leases}`,
    mayClaim: (caller, address) => caller.address === '127.0.0.1' && address === '10.0.0.1',
    onEvent: (event) => this.events.push(event),
    onChange: (service) => this.changes.push(service),
  })

  /** The lease, or the reason of the refusal. */
  register(who: Caller, changes: Partial<Registration> = {}, state = UP): string {
    const result = this.registry.register(who, registration(changes), state, null)
    return result.kind === 'registered' ? result.leaseId : result.reason
  }

  names(service: string): string[] {
    return this.registry.endpoints(service).map(({ instance }) => instance)
  }

  /** Lets time pass, a second at a time; those in `alive` beat every five. */
  pass(ms: number, alive: readonly (readonly [Caller, string])[] = []): void {
    for (let passed = 0; passed < ms; passed += 1000) {
      this.nowMs += 1000
      if (passed % 5000 === 0) {
        for (const [who, lease] of alive) this.registry.heartbeat(who, lease, UP)
      }
      this.registry.sweep()
    }
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind)
  }
}

function caller(service: string, address = '10.0.0.7'): Caller {
  return {
    id: `spiffe://mesh.test/ns/default/svc/${service}`,
    service,
    address,
    serial: 'a1',
    notAfterMs: 3_600_000,
  }
}

function registration(changes: Partial<Registration> = {}): Registration {
  return {
    instance: 'a',
    epoch: 1,
    port: 15_443,
    protocol: 'http1',
    version: null,
    zone: null,
    weight: 1,
    address: null,
    ...changes,
  }
}

const billing = caller('billing')

test('an instance is found where it called from, under the service its certificate names', () => {
  const { registry, ...world } = new World()
  const result = registry.register(billing, registration({ weight: 7, zone: 'z' }), UP, 'billing')
  assert.equal(result.kind, 'registered')
  assert.deepEqual(registry.endpoints('billing'), [
    {
      instance: 'a',
      address: '10.0.0.7',
      port: 15_443,
      weight: 7,
      zone: 'z',
      version: null,
      healthy: true,
    },
  ])
  assert.deepEqual(world.changes, ['billing'])
})

test('a foreign service is refused, whatever the request says', () => {
  const { registry } = new World()
  const result = registry.register(billing, registration(), UP, 'orders')
  assert.deepEqual(result, { kind: 'refused', reason: 'foreign_service' })
  assert.deepEqual(registry.list(), [])
})

test('a foreign address is refused, one that the caller may claim is not', () => {
  const world = new World()
  assert.equal(world.register(billing, { address: '10.0.0.9' }), 'foreign_address')
  assert.equal(world.register(billing, { address: '10.0.0.7' }), 'lease-1')
  const local = caller('billing', '127.0.0.1')
  assert.equal(world.register(local, { instance: 'b', address: '10.0.0.1' }), 'lease-2')
  assert.equal(world.register(local, { instance: 'c', address: '10.0.0.2' }), 'foreign_address')
  assert.deepEqual(world.names('billing'), ['a', 'b'])
})

test('registering twice is the same as once; a new epoch replaces, an old one is refused', () => {
  const world = new World()
  assert.equal(world.register(billing, { epoch: 5 }), 'lease-1')
  assert.equal(world.register(billing, { epoch: 5 }), 'lease-1')
  assert.equal(world.register(billing, { epoch: 6, port: 99 }), 'lease-2')
  assert.equal(world.register(billing, { epoch: 5 }), 'old_epoch')
  assert.deepEqual(
    world.registry.endpoints('billing').map(({ port }) => port),
    [99],
  )
  const late = world.registry.heartbeat(billing, 'lease-1', UP)
  assert.deepEqual(late, { kind: 'refused', reason: 'unknown_lease' })
})

test('a late goodbye does not remove the successor', () => {
  const world = new World()
  world.register(billing, { epoch: 1 })
  world.register(billing, { epoch: 2 })
  const late = world.registry.deregister(billing, 'lease-1')
  assert.deepEqual(late, { kind: 'refused', reason: 'unknown_lease' })
  assert.deepEqual(world.names('billing'), ['a'])
  assert.equal(world.registry.deregister(billing, 'lease-2').kind, 'done')
  assert.deepEqual(world.names('billing'), [])
})

test('nobody speaks for the lease of another service', () => {
  const world = new World()
  const lease = world.register(billing)
  for (const operation of ['drain', 'deregister'] as const) {
    assert.equal(world.registry[operation](caller('orders'), lease).kind, 'refused')
  }
  assert.equal(world.registry.heartbeat(caller('orders'), lease, UP).kind, 'refused')
  assert.deepEqual(world.names('billing'), ['a'])
})

test('who drains is not called any more, and does not come back by a beat or by registering again', () => {
  const world = new World()
  const lease = world.register(billing)
  world.registry.drain(billing, lease)
  assert.deepEqual(world.names('billing'), [])
  world.registry.heartbeat(billing, lease, UP)
  world.register(billing)
  assert.deepEqual(world.names('billing'), [])
  assert.equal(world.registry.list()[0]?.status, 'draining')
  world.register(billing, { epoch: 2 })
  assert.deepEqual(world.names('billing'), ['a'])
})

test('who starts is not called yet, who is down or unhealthy only where nobody else is left', () => {
  const world = new World()
  const lease = world.register(billing, {}, { healthy: true, status: 'starting' })
  assert.deepEqual(world.names('billing'), [])
  assert.deepEqual(world.changes, [])
  const healthyAfter = (state: Heartbeat): boolean | undefined => {
    world.registry.heartbeat(billing, lease, state)
    return world.registry.endpoints('billing')[0]?.healthy
  }
  assert.equal(healthyAfter(UP), true)
  assert.equal(healthyAfter({ healthy: false, status: 'up' }), false)
  assert.equal(healthyAfter({ healthy: true, status: 'down' }), false)
  assert.equal(world.changes.length, 2)
})

test('a beat that says nothing new changes nothing', () => {
  const world = new World()
  const lease = world.register(billing)
  world.registry.heartbeat(billing, lease, UP)
  assert.equal(world.changes.length, 1)
})

test('one instance that falls silent is gone after its TTL', () => {
  const world = new World()
  const others = ['b', 'c', 'd'].map(
    (instance) => [billing, world.register(billing, { instance })] as const,
  )
  world.register(billing, { instance: 'a' })
  world.pass(LEASE_TTL_MS - 1000, others)
  assert.deepEqual(world.names('billing'), ['a', 'b', 'c', 'd'])
  world.pass(1000, others)
  assert.deepEqual(world.names('billing'), ['b', 'c', 'd'])
  assert.deepEqual(world.kinds(), ['expired'])
})

/** Ten instances, whose beats are at all phases; `lost` of them fall silent. */
function massLoss(lost: number) {
  const world = new World()
  const all = Array.from({ length: 10 }, (_, index) => {
    world.nowMs += 500
    return [billing, world.register(billing, { instance: `i${index}` })] as const
  })
  return { world, all, alive: all.slice(lost), silent: all.slice(0, lost) }
}

test('where 60 % of the beats are lost nobody leaves, and the guard raises the alarm', () => {
  const { world, alive } = massLoss(6)
  world.pass(60_000, alive)
  assert.equal(world.names('billing').length, 10)
  assert.equal(world.registry.list().filter(({ suspect }) => suspect).length, 6)
  const [on, ...more] = world.events.filter(({ kind }) => kind === 'guard-on')
  assert.deepEqual(more, [])
  assert.ok(on?.kind === 'guard-on' && on.lost >= 3 && on.total === 10)
  assert.ok(!world.kinds().includes('expired'))
})

test('the guard lets go when those it kept are heard again', () => {
  const { world, all, alive } = massLoss(6)
  world.pass(60_000, alive)
  world.pass(10_000, all)
  assert.equal(world.kinds().at(-1), 'guard-off')
  assert.equal(world.registry.list().filter(({ suspect }) => suspect).length, 0)
  world.pass(30_000, all)
  assert.equal(world.names('billing').length, 10)
})

test('the guard keeps the last of a service as long as it takes, others for five minutes', () => {
  const { world, alive } = massLoss(6)
  world.pass(400_000, alive)
  assert.equal(world.names('billing').length, 4)
  const all = massLoss(10)
  all.world.pass(1_000_000)
  assert.equal(all.world.names('billing').length, 10)
})

test('an operator can say that those the guard keeps are gone', () => {
  const { world, alive } = massLoss(6)
  world.pass(60_000, alive)
  assert.equal(world.registry.expireSuspects(), 6)
  assert.equal(world.names('billing').length, 4)
  world.pass(30_000, alive)
  assert.equal(world.kinds().at(-1), 'guard-off')
})

test('one instance each of many services is a mass loss too', () => {
  const world = new World()
  const all = Array.from({ length: 20 }, (_, index) => {
    const who = caller(`s${index}`)
    return [who, world.register(who)] as const
  })
  world.pass(60_000, all.slice(4))
  for (let index = 0; index < 20; index++) assert.equal(world.names(`s${index}`).length, 1)
  assert.equal(world.kinds().filter((kind) => kind === 'guard-on').length, 4)
})

test('a pause of our own costs nobody the lease', () => {
  const world = new World()
  const lease = world.register(billing)
  world.nowMs += 60_000
  world.registry.sweep()
  world.pass(5000, [[billing, lease]])
  assert.deepEqual(world.names('billing'), ['a'])
  assert.deepEqual(world.events, [])
})

test('instances of a service are bounded', () => {
  const world = new World()
  for (let index = 0; index < 1000; index++) world.register(billing, { instance: `i${index}` })
  assert.equal(world.register(billing, { instance: 'more' }), 'too_many_instances')
  assert.match(world.register(billing, { instance: 'i7', epoch: 2 }), /^lease-/)
})

test('the whole registry is bounded', () => {
  const world = new World()
  for (let index = 0; index < 20_000; index++) {
    world.register(caller(`s${index % 100}`), { instance: `i${index}` })
  }
  assert.equal(world.register(caller('other')), 'registry_full')
  assert.equal(world.registry.list().length, 20_000)
})
