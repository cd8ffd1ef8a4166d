// What a gateway is asked while its store is in trouble, and what may have been admitted then.

import assert from 'node:assert/strict'
import type { TestGateway } from '../../support/gateway.ts'
import { until } from '../../support/until.ts'
import { admittedOf, askMany, withStatus, type Answer } from './client.ts'
import { inCalm, isWell, troubles } from './store-health.ts'

export const POLICIES = ['local', 'open', 'closed'] as const
export type Policy = (typeof POLICIES)[number]

/** Each policy has a route of this limit, per `x-caller`. */
export const MAX = 20
/** Requests of each policy while the store is away: 10 times 4 at once. */
const WAVES = 10
const WAVE = 4
/** Nobody waits longer; the promise is 250 ms, but this machine does other things, too. */
const HANG_MS = 1000
/** Soon on a calm machine; on this one, in the end. */
const RECOVERY_MS = 15_000
/** Of both workers, for an outage of a few seconds: attempts to connect are told, decisions are not. */
const MOST_LINES = 40

export interface Outage {
  /** Case numbers of the list, and what happens. */
  readonly name: string
  readonly breakStore: () => Promise<void>
  readonly healStore: () => Promise<void>
  /** `away`: nothing is decided by the store. `flaky`: some is. `well`: everything is. */
  readonly store: 'away' | 'flaky' | 'well'
  /** The store has forgotten everything afterwards. */
  readonly forgets?: boolean
}

export interface OutageResult {
  readonly name: string
  readonly admitted: Readonly<Record<Policy, number>>
  readonly p50Ms: number
  readonly worstMs: number
  /** Said on stderr from the beginning to the end. */
  readonly lines: number
  /** From the healing until all workers say so; null where they had no trouble. */
  readonly recoveryMs: number | null
}

export function outageConfig(store: string, upstream: string): string {
  const routes = POLICIES.map((policy) => {
    const limit = `{ rate: ${MAX}/min, key: ["header:x-caller"], mode: exact, onStoreDown: ${policy} }`
    return `  - { name: ${policy}, match: /${policy}, to: "${upstream}", auth: public, limits: [ ${limit} ] }`
  })
  return `
workers: 2
store: ${store}
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
${routes.join('\n')}
telemetry: { accessLog: off }
`
}

/** One outage from beginning to end: before, while and after. Throws where a policy does not hold. */
export async function goThrough(
  gateway: TestGateway,
  outage: Outage,
  hasStore = true,
): Promise<OutageResult> {
  const { name, store, forgets = false } = outage
  const port = gateway.port('plain')
  let caller = name
  const asked = (policy: Policy) => ({ path: `/${policy}`, headers: { 'x-caller': caller } })
  if (hasStore) await recovered(gateway, 'before')
  const spent = hasStore ? 5 : 0
  await inCalm([gateway], async (attempt) => {
    caller = `${name} ${attempt}`
    for (const policy of POLICIES) {
      const admitted = admittedOf(await askMany([port], spent, asked(policy)))
      assert.equal(admitted, spent, `${name}: before`)
    }
  })
  const troublesBefore = troubles(gateway.stderr())
  const linesBefore = linesIn(gateway.stderr())
  const logs = await whileBroken(outage, async () => {
    const answers = await waves(port, asked)
    const isTold = (): boolean => troubles(gateway.stderr()) > troublesBefore
    if (store === 'away') await until(`word of ${name}`, isTold)
    return answers
  })
  const all = POLICIES.flatMap((policy) => logs[policy])
  const times = all.map(({ sentMs, answeredMs }) => answeredMs - sentMs).toSorted((a, b) => a - b)
  const worstMs = times.at(-1)!
  assert.ok(worstMs < HANG_MS, `${name}: an answer took ${worstMs} ms`)
  for (const policy of POLICIES) checkPolicy(policy, logs[policy], outage, spent)
  const isTroubled = troubles(gateway.stderr()) > troublesBefore
  const tookMs = await recovered(gateway, name)
  const lines = linesIn(gateway.stderr()) - linesBefore
  assert.ok(lines <= MOST_LINES, `${name}: ${lines} lines`)
  await checkAfter(gateway, asked('local'), logs.local, forgets ? 0 : spent, name)
  return {
    name,
    admitted: {
      local: withStatus(logs.local, 200).length,
      open: withStatus(logs.open, 200).length,
      closed: withStatus(logs.closed, 200).length,
    },
    p50Ms: times[times.length >> 1]!,
    worstMs,
    lines,
    recoveryMs: isTroubled ? tookMs : null,
  }
}

/** Waits until all workers say so, and resolves with how long that took. */
async function recovered(gateway: TestGateway, name: string): Promise<number> {
  const isOver = (): boolean => isWell(gateway.stderr())
  return await until(`recovery, ${name}`, isOver, RECOVERY_MS).catch((error: Error) => {
    throw new Error(`${error.message}: ${gateway.stderr().slice(-2000)}`)
  })
}

function linesIn(text: string): number {
  return text.split('\n').length - 1
}

/** Healed in any case, so that one outage does not become that of the next. */
async function whileBroken<T>(outage: Outage, work: () => Promise<T>): Promise<T> {
  try {
    await outage.breakStore()
    return await work()
  } finally {
    await outage.healStore()
  }
}

async function waves(
  port: number,
  asked: (policy: Policy) => { path: string; headers: Record<string, string> },
): Promise<Record<Policy, Answer[]>> {
  const logs: Record<Policy, Answer[]> = { local: [], open: [], closed: [] }
  for (let i = 0; i < WAVES; i++) {
    const answers = POLICIES.map(async (policy) => {
      logs[policy].push(...(await askMany([port], WAVE, asked(policy))))
    })
    await Promise.all(answers)
  }
  return logs
}

function checkPolicy(
  policy: Policy,
  log: readonly Answer[],
  { name, store }: Outage,
  spent: number,
): void {
  const admitted = withStatus(log, 200).length
  const down = withStatus(log, 503)
  const said = `${name}, ${policy}: ${admitted} admitted, ${down.length} sent away`
  const other = log.filter(({ status }) => ![200, 429, 503].includes(status))
  assert.equal(other.length, 0, `${said}, ${other[0]?.status} ${other[0]?.body}`)
  for (const { body, headers } of down) {
    assert.equal((JSON.parse(body) as { code: string }).code, 'limit_store_down', said)
    assert.ok(Number(headers['retry-after']) >= 1, said)
  }
  if (store === 'well') return
  if (policy === 'open') {
    if (store === 'away') assert.equal(admitted, log.length, said)
  } else if (policy === 'closed') {
    // What passes was granted by the store, which cannot have granted more than all of it.
    assert.ok(store === 'away' ? admitted === 0 : admitted <= MAX - spent, said)
  } else {
    // The shares of all workers are the limit, and what the store granted each before is charged to its share; a store that
    // answers now and then grants at most the rest of its own.
    assert.ok(spent + admitted <= MAX + (store === 'away' ? 0 : MAX), said)
    assert.ok(admitted > 0 && down.length === 0, said)
  }
}

/** What was admitted meanwhile counts afterwards, so that of the limit at most what is left passes. */
async function checkAfter(
  gateway: TestGateway,
  asked: { path: string; headers: Record<string, string> },
  log: readonly Answer[],
  spent: number,
  name: string,
): Promise<void> {
  const port = gateway.port('plain')
  const during = withStatus(log, 200).length
  await inCalm([gateway], async (attempt) => {
    const more = admittedOf(await askMany([port], MAX + 5, asked))
    assert.ok(more <= Math.max(0, MAX - spent - during), `${name}: ${more} more after ${during}`)
    const fresh = { ...asked, headers: { 'x-caller': `${name}, fresh ${attempt}` } }
    const anew = admittedOf(await askMany([port], MAX + 5, fresh))
    assert.equal(anew, MAX, `${name}: not exact again`)
  })
}

export function formatResults(results: readonly OutageResult[]): string {
  const rows = results.map(({ name, admitted, p50Ms, worstMs, lines, recoveryMs }) => {
    const { local, open, closed } = admitted
    const recovery = recoveryMs === null ? '-' : `${Math.round(recoveryMs)}`
    const times = `${p50Ms.toFixed(1).padStart(6)} ${worstMs.toFixed(0).padStart(6)} ${recovery.padStart(9)} ${String(lines).padStart(5)}`
    return `${name.padEnd(44)} ${String(local).padStart(5)} ${String(open).padStart(5)} ${String(closed).padStart(6)} ${times}`
  })
  const head = `of ${WAVES * WAVE} requests admitted:`.padEnd(44)
  return [`${head} local  open closed p50 ms  worst recovered lines`, ...rows].join('\n')
}
