// The names of everything that sidecars and gateways count, in one place: dashboards and alerts are built on them.

import type { MetricText } from './metrics.ts'

const NAMES = {
  requests: {
    name: 'sallyport_requests_total',
    help: 'Requests that have ended, by what became of them.',
    labels: ['direction', 'service', 'peer', 'status', 'reason'],
  },
  requestSeconds: {
    name: 'sallyport_request_seconds',
    help: 'Time from a request to the end of its answer.',
    labels: ['direction', 'service', 'status'],
  },
  handshakesRefused: {
    name: 'sallyport_handshakes_refused_total',
    help: 'Connections to the mesh port that were closed before a request, by reason.',
    labels: ['reason'],
  },
  tunnels: {
    name: 'sallyport_tunnels_total',
    help: 'Tunnels to the egress gateway that have ended, by reason.',
    labels: ['reason'],
  },
  controlFailures: {
    name: 'sallyport_control_failures_total',
    help: 'Calls to control that failed, by call.',
    labels: ['call'],
  },
  running: {
    name: 'sallyport_requests_running',
    help: 'Requests under way.',
    labels: [],
  },
  inboundConnections: {
    name: 'sallyport_inbound_connections',
    help: 'Open connections of the mesh port.',
    labels: [],
  },
  certificateSeconds: {
    name: 'sallyport_certificate_expires_in_seconds',
    help: 'Time until this sidecar’s own certificate expires; negative once it has.',
    labels: [],
  },
  snapshotAgeSeconds: {
    name: 'sallyport_snapshot_age_seconds',
    help: 'Time since control was last heard; 0 while it is.',
    labels: [],
  },
  appHealthy: {
    name: 'sallyport_app_healthy',
    help: '1 while the app answers its health check.',
    labels: [],
  },
  ready: {
    name: 'sallyport_ready',
    help: '1 while this sidecar takes part in the mesh.',
    labels: [],
  },
} as const satisfies Record<string, MetricText>

export const METRICS: Readonly<Record<keyof typeof NAMES, MetricText>> = NAMES

const EDGE_SERIES = 5000

const GATEWAY_NAMES = {
  edgeRequests: {
    name: 'sallyport_edge_requests_total',
    help: 'Requests of the edge that have ended, by what became of them.',
    labels: ['route', 'service', 'status', 'reason'],
    maxSeries: EDGE_SERIES,
  },
  edgeSeconds: {
    name: 'sallyport_edge_request_seconds',
    help: 'Time from a request of the edge to the end of its answer.',
    labels: ['route', 'service'],
    maxSeries: 1000,
  },
  edgeBytes: {
    name: 'sallyport_edge_bytes_total',
    help: 'Bytes of bodies that the edge received and sent.',
    labels: ['route', 'direction'],
    maxSeries: 2000,
  },
  upstreamRequests: {
    name: 'sallyport_edge_upstream_requests_total',
    help: 'Requests that instances answered or failed to answer.',
    labels: ['service', 'endpoint', 'outcome'],
    maxSeries: EDGE_SERIES,
  },
  egressRequests: {
    name: 'sallyport_egress_requests_total',
    help: 'Tunnels and requests that were asked of egress, by what was decided.',
    labels: ['rule', 'caller', 'status', 'reason'],
    maxSeries: EDGE_SERIES,
  },
  egressBytes: {
    name: 'sallyport_egress_bytes_total',
    help: 'Bytes that egress carried from and to its callers.',
    labels: ['rule', 'direction'],
    maxSeries: 2000,
  },
  limits: {
    name: 'sallyport_limit_decisions_total',
    help: 'Requests by what each limit said of them.',
    labels: ['limit', 'outcome'],
    maxSeries: EDGE_SERIES,
  },
  workers: {
    name: 'sallyport_workers',
    help: 'Data-plane processes of this node, as configured.',
    labels: [],
  },
  revision: {
    name: 'sallyport_revision',
    help: 'The configuration that is served: counts up with each one since the start.',
    labels: [],
  },
} as const satisfies Record<string, MetricText>

/** Of one node, all its processes together. */
export const GATEWAY_METRICS: Readonly<Record<keyof typeof GATEWAY_NAMES, MetricText>> =
  GATEWAY_NAMES
