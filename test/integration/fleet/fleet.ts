// Nodes of one fleet: real gateways with a folder each, one Redis, and their control sockets.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApiFailure, callApi } from '../../../gateway/cli/api-client.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { until } from '../../support/until.ts'

export interface TestNode extends TestGateway {
  readonly name: string
}

export interface ServedText {
  readonly text: string
  readonly checksum: string
  readonly revision: number | null
  readonly revertsAtMs: number | null
  readonly nodes?: readonly { readonly name: string }[]
}

export interface ListedNode {
  readonly name: string
  readonly revision: number | null
  readonly health: string
  readonly reason: string
  readonly skewMs: number | null
  readonly isThis: boolean
}

/** A configuration with these routes; every node has the same text, and its own way to the store. */
export function textOf(routes: readonly string[], more = ''): string {
  return `workers: 1
store: "redis://127.0.0.1:\${env:STORE_PORT}"
listeners:
  - { name: public, bind: "127.0.0.1:0", tls: off }
${more}services: { api: { endpoints: ["\${env:UPSTREAM}"] } }
routes: # what there is
${routes.map((name) => `  - { name: ${name}, match: /${name}, to: api, auth: public }`).join('\n')}
admin: { bind: "127.0.0.1:0" }
telemetry: { accessLog: off }
`
}

export interface Surroundings {
  /** URL. */
  readonly upstream: string
  /** Port of the store, or of what leads there. */
  readonly store: number
}

export async function startNode(
  name: string,
  config: string,
  { upstream, store }: Surroundings,
): Promise<TestNode> {
  const env = { SALLYPORT_NODE: name, UPSTREAM: upstream, STORE_PORT: String(store) }
  const gateway = await startGateway({ config, env })
  return Object.assign(gateway, { name })
}

/** Nodes a, b, c …, once each of them serves the first revision. */
export async function startFleet(
  config: string,
  upstream: string,
  stores: readonly number[],
): Promise<readonly TestNode[]> {
  const nodes = await Promise.all(
    stores.map((store, index) => startNode('abc'[index]!, config, { upstream, store })),
  )
  await allServe(nodes, config)
  await until('nodes that know each other', async () => {
    const listed = await listNodes(nodes[0]!)
    return listed.filter(({ health }) => health === 'serving').length === nodes.length
  })
  return nodes
}

/** Rejects with ApiFailure. */
export function ask(node: TestNode, method: string, path: string, body?: unknown, ifMatch = '') {
  const target = { kind: 'socket', path: join(node.folder, 'data/control.sock') } as const
  return callApi(target, method, path, body, ifMatch === '' ? {} : { 'if-match': `"${ifMatch}"` })
}

export async function served(node: TestNode): Promise<ServedText> {
  return (await ask(node, 'GET', '/api/v1/config')) as ServedText
}

export async function listNodes(node: TestNode): Promise<readonly ListedNode[]> {
  const answer = (await ask(node, 'GET', '/api/v1/nodes')) as { items: readonly ListedNode[] }
  return answer.items
}

/** Puts a text to work as somebody who has seen what `node` serves. */
export async function apply(node: TestNode, text: string, more: object = {}): Promise<ServedText> {
  const { checksum } = await served(node)
  return (await ask(node, 'PUT', '/api/v1/config', { text, ...more }, checksum)) as ServedText
}

/** The refusal of what should be refused. */
export async function refusal(asked: Promise<unknown>): Promise<ApiFailure> {
  try {
    await asked
  } catch (error) {
    if (error instanceof ApiFailure) return error
    throw error
  }
  throw new Error('it was not refused')
}

/** Status of a route. */
export async function get(node: TestNode, route: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${node.port('public')}/${route}`)
  await answer.body?.cancel()
  return answer.status
}

export function fileOf(node: TestNode): string {
  return readFileSync(node.file, 'utf8')
}

/** Resolves when every node serves this text and its file says so. */
export async function allServe(nodes: readonly TestNode[], text: string): Promise<number> {
  return until('one text on every node', async () => {
    const all = await Promise.all(nodes.map((node) => served(node).catch(() => null)))
    const isServed = all.every((one) => one?.text === text && one.revision !== null)
    return isServed && nodes.every((node) => fileOf(node) === text)
  })
}

/** Wall-clock ms at which a line of the log was written that holds all of `words`, the last of them; null for none. */
export function loggedAtMs(node: TestNode, ...words: readonly string[]): number | null {
  const lines = node.stderr().split('\n')
  const line = lines.findLast((one) => words.every((word) => one.includes(word)))
  if (line === undefined) return null
  return Date.parse((JSON.parse(line) as { time: string }).time)
}
