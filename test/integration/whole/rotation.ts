// A mesh under steady load whose certificates are short-lived, or whose control process is kept down; for the test and the soak.

import { setTimeout as pause } from 'node:timers/promises'
import { controlOf } from '../../support/process-tree.ts'
import { connectRaw, type RawClient } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import {
  handshake,
  startWebSocketUpstream,
  type WebSocketUpstream,
} from '../../support/websocket-peer.ts'
import { says, startApp, type App } from '../mesh/client.ts'
import { startMeshNode, type MeshNode } from './mesh-node.ts'
import { startSteadyLoad } from './steady-load.ts'
import { WireTap } from './wire-tap.ts'

export interface RotationOptions {
  readonly ttlSeconds: number
  readonly loadSeconds: number
  /** Calls per second through the edge, and as many from sidecar to sidecar. */
  readonly perSecond: number
  /** Kills the control process again and again while the load runs. */
  readonly withoutControl: boolean
}

export interface RotationResult {
  readonly sent: number
  readonly failures: readonly string[]
  /** Of connections to the called sidecar, the ones still open included. */
  readonly longestConnectionMs: number
  readonly connections: number
  /** How long WebSockets opened at the start lived, ms; null: open when the load ended. */
  readonly webSocketMs: readonly (number | null)[]
  /** Certificates issued while the load ran. */
  readonly certificates: number
  readonly controlKills: number
}

const KILL_PAUSE_MS = 250

interface Apps {
  readonly app: App
  readonly chatApp: WebSocketUpstream
}

/** Needs ::1. */
export async function runRotation(options: RotationOptions): Promise<RotationResult> {
  const apps = { app: await startApp(says('ok')), chatApp: await startWebSocketUpstream() }
  const node = await startNode(options)
  try {
    return await loadNode(options, node, apps)
  } finally {
    await node.stop()
    await Promise.all([apps.app.close(), apps.chatApp.close()])
  }
}

function startNode({ ttlSeconds }: RotationOptions): Promise<MeshNode> {
  return startMeshNode({
    ttl: `${ttlSeconds}s`,
    sections: {
      services: { billing: { mesh: true }, chat: { mesh: true } },
      routes: [
        { name: 'chat', match: '/socket', to: 'chat', auth: 'public', upgrade: ['websocket'] },
        { name: 'billing', match: '/*', to: 'billing', auth: 'public' },
      ],
      telemetry: { accessLog: 'off' },
    },
    authorize: [
      { to: 'billing', from: ['edge', 'web'] },
      { to: 'chat', from: ['edge', 'web'] },
    ],
  })
}

/** The edge and the sidecar `web` call billing by the same tap, and each holds a WebSocket to chat. */
async function loadNode(
  options: RotationOptions,
  node: MeshNode,
  { app, chatApp }: Apps,
): Promise<RotationResult> {
  const quietly = '--access-log=failures'
  const [web, billing] = await Promise.all([
    node.sidecar('web', app.url, [quietly]),
    node.sidecar('billing', app.url, [quietly, '--address=::1']),
    node.sidecar('chat', `http://127.0.0.1:${chatApp.port}`, [quietly]),
  ])
  const tap = new WireTap({ host: '127.0.0.1', port: billing.ports.inbound }, false)
  await tap.open('::1', billing.ports.inbound)
  try {
    await Promise.all([node.known(web, 'billing'), node.known(web, 'chat')])
    const edgeUrl = `http://127.0.0.1:${node.edge}/`
    await until('the edge to know billing', async () => (await fetch(edgeUrl)).status === 200)
    const sockets = [
      await openWebSocket(node.edge, '127.0.0.1'),
      await openWebSocket(web.ports.outbound, 'chat.mesh'),
    ]
    const issuedBefore = issued(node)
    const loads = [
      startSteadyLoad(node.edge, options.perSecond, () => edgeUrl),
      startSteadyLoad(web.ports.outbound, options.perSecond, () => 'http://billing.mesh/'),
    ]
    const controlKills = await whileLoadRuns(node, options)
    await Promise.all(loads.map((load) => load.stop()))
    const endMs = Date.now()
    const ages = tap.connections.map(({ openedMs, closedMs }) => (closedMs ?? endMs) - openedMs)
    const webSocketMs = sockets.map(({ livedMs }) => livedMs())
    for (const { client } of sockets) client.destroy()
    return {
      sent: loads.reduce((sum, { outcomes }) => sum + outcomes.length, 0),
      failures: loads.flatMap((load) => load.failures()),
      longestConnectionMs: Math.max(...ages),
      connections: ages.length,
      webSocketMs,
      certificates: issued(node) - issuedBefore,
      controlKills,
    }
  } finally {
    tap.close()
  }
}

/** Resolves when the time of the load is over, with how often control was killed. */
async function whileLoadRuns(
  node: MeshNode,
  { loadSeconds, withoutControl }: RotationOptions,
): Promise<number> {
  const endMs = performance.now() + loadSeconds * 1000
  if (!withoutControl) {
    await pause(loadSeconds * 1000)
    return 0
  }
  let kills = 0
  while (performance.now() < endMs) {
    const control = controlOf(node.gateway.process.pid!)
    if (control !== null) {
      process.kill(control, 'SIGKILL')
      kills += 1
    }
    await pause(KILL_PAUSE_MS)
  }
  return kills
}

async function openWebSocket(
  port: number,
  host: string,
): Promise<{ readonly client: RawClient; readonly livedMs: () => number | null }> {
  const openedMs = Date.now()
  let closedMs: number | null = null
  const client = await connectRaw(port)
  const over = (): void => {
    closedMs ??= Date.now()
  }
  client.socket.once('end', over)
  client.socket.once('close', over)
  client.send(handshake(host))
  await client.waitFor('upgrade', () => client.received.includes('101 Switching'))
  return { client, livedMs: () => (closedMs === null ? null : closedMs - openedMs) }
}

function issued(node: MeshNode): number {
  return node.audit().filter(({ action }) => action === 'certificate_issue').length
}
