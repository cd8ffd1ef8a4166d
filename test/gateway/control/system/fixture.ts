// A configuration and a world in which every check is content, to be broken in one place by each test.

import { compilePlan } from '../../../../gateway/config/compile.ts'
import { loadConfigText } from '../../../../gateway/config/load.ts'
import type {
  CheckContext,
  Probes,
  RunningFacts,
} from '../../../../gateway/control/system/check-context.ts'
import { runChecks, tell, type ToldFinding } from '../../../../gateway/control/system/check.ts'
import { allChecks } from '../../../../gateway/control/system/checks/all.ts'
import { systemClock } from '../../../../sidecar/runtime/clock.ts'

export const CONFIG = `
admin: { bind: "127.0.0.1:9443" }
listeners: [ { name: plain, bind: "127.0.0.1:8080", tls: off } ]
services: { shop: { endpoints: [ "http://127.0.0.1:3001", "http://127.0.0.1:3002" ] } }
routes: [ { name: one, match: shop.example.com/one, to: shop, auth: public } ]
egress:
  plain: 127.0.0.1:3128
  rules: [ { name: pay, from: [billing], allow: [ api.stripe.com ], owner: team-pay } ]
`

const GOOD_PROBES: Probes = {
  nodeVersion: '24.21.0',
  openFiles: () => 65_536,
  tryToBind: async () => null,
  tryToConnect: async () => null,
  modeOf: () => 0o700,
  readText: () => CONFIG,
  space: () => ({ free: 50 * 1024 ** 3, total: 100 * 1024 ** 3 }),
  canWrite: () => true,
  askStore: async () => ({
    pingMs: 0.4,
    scriptProblem: null,
    evictionPolicy: 'noeviction',
    skewMs: 3,
  }),
  fetchKeys: async () => ({ keys: [] }),
  strangeHost: () => 'nobody.invalid',
}

export const NOW_MS = Date.parse('2026-11-23T12:00:00Z')

const GOOD_FACTS: RunningFacts = {
  ports: {},
  servedText: CONFIG,
  revertsAtMs: null,
  egressMode: 'enforce',
  keys: new Map(),
  instances: [],
  acme: [],
  accounts: { users: 1, tokens: [] },
  nodes: null,
}

export interface World {
  readonly config?: string
  readonly files?: Readonly<Record<string, string>>
  readonly probes?: Partial<Probes>
  /** null: the gateway does not run. */
  readonly running?: Partial<RunningFacts> | null
  readonly nowMs?: number
}

export async function contextOf({
  config = CONFIG,
  files = {},
  probes,
  running = {},
  nowMs = NOW_MS,
}: World): Promise<CheckContext> {
  const loaded = await loadConfigText(config, '/etc/sallyport/sallyport.yaml', {
    env: {},
    clock: { ...systemClock, wallMs: () => nowMs },
    readFile(path) {
      const text = files[path]
      if (text === undefined) throw new Error('it is not there')
      return text
    },
    readFolder: (path) =>
      Object.keys(files).flatMap((file) =>
        file.startsWith(`${path}/`) ? [file.slice(path.length + 1)] : [],
      ),
  })
  const isLoaded = loaded.kind === 'loaded'
  return {
    nowMs,
    file: '/etc/sallyport/sallyport.yaml',
    dataDir: '/var/lib/sallyport',
    loaded,
    plan: isLoaded ? compilePlan(loaded.config, loaded.materials, 0, () => {}) : null,
    running: running === null ? null : { ...GOOD_FACTS, servedText: config, ...running },
    probes: { ...GOOD_PROBES, readText: () => config, ...probes },
  }
}

/** Everything that is not as it should be, in a world that is like this. */
export async function complaintsOf(world: World): Promise<readonly ToldFinding[]> {
  return (await findingsOf(world)).filter(({ status }) => status !== 'ok')
}

export async function findingsOf(world: World): Promise<readonly ToldFinding[]> {
  return tell(await runChecks(allChecks(await contextOf(world)), systemClock), 'en')
}
