// A snapshot with something in every place.

import type { Snapshot } from '../../../sidecar/snapshot/snapshot.ts'
import { createTestMesh } from '../../support/mesh-identity.ts'

export async function goodSnapshot(): Promise<Snapshot> {
  const mesh = await createTestMesh('mesh.test')
  const { trust } = mesh
  const id = (service: string): string => mesh.id(service)
  const endpoint = {
    address: '10.0.0.1',
    port: 15_443,
    weight: 1,
    zone: 'z1',
    version: null,
    healthy: true,
  }
  return {
    revision: 'b00t-7',
    madeAtMs: 1_900_000_000_000,
    trust,
    revocations: { serials: ['a1'], ids: [id('lost')] },
    services: {
      orders: {
        id: id('orders'),
        endpoints: [
          { instance: 'a', ...endpoint },
          { instance: 'b', ...endpoint, address: '2001:db8::1' },
        ],
      },
      'team/mail': { id: id('team/mail'), endpoints: [] },
    },
    authorize: [
      {
        name: 'orders#1',
        verdict: 'allow',
        from: [id('billing')],
        methods: ['GET'],
        paths: ['/orders/*'],
      },
      { name: 'orders#2', verdict: 'deny', from: null, methods: null, paths: null },
    ],
    egress: { id: id('system/egress'), endpoints: [{ instance: 'e', ...endpoint }] },
  }
}
