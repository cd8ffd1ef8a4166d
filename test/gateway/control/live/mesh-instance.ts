// One instance of a service of the mesh, as the registry shows it.

export const INSTANCE = {
  service: 'billing',
  instance: 'b1',
  id: 'spiffe://example.internal/ns/default/svc/billing',
  address: '10.0.0.1',
  port: 15443,
  epoch: 1,
  protocol: 'http1',
  version: '2',
  zone: null,
  weight: 1,
  status: 'up',
  healthy: true,
  suspect: false,
  silentMs: 0,
  certificate: { serial: '1', notAfterMs: 2 },
} as const
