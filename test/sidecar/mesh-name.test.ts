import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMeshHost, meshHosts } from '../../sidecar/mesh-name.ts'

test('a service is known by its name, and by its namespace where it has one', () => {
  const hosts = meshHosts(['billing', 'team/ledger', 'Orders'])
  assert.deepEqual(
    [...hosts],
    [
      ['billing.mesh', 'billing'],
      ['billing.default.mesh', 'billing'],
      ['ledger.team.mesh', 'team/ledger'],
      ['orders.mesh', 'Orders'],
      ['orders.default.mesh', 'Orders'],
    ],
  )
})

test('a host that two services would share stands for neither', () => {
  const hosts = meshHosts(['a.b', 'b/a', 'c'])
  assert.equal(hosts.get('a.b.mesh'), undefined)
  assert.equal(hosts.get('a.b.default.mesh'), 'a.b')
  assert.equal(hosts.get('c.mesh'), 'c')
})

test('whatever ends in .mesh is of the mesh, and nothing else is', () => {
  for (const host of ['billing.mesh', 'x.y.z.mesh', 'mesh']) assert.ok(isMeshHost(host), host)
  for (const host of ['billing.mesh.example.com', 'smesh', 'example.com', 'mesh.com']) {
    assert.ok(!isMeshHost(host), host)
  }
})
