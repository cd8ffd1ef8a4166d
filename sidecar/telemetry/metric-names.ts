// The names of everything a sidecar counts, in one place: dashboards and alerts are built on them.

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
