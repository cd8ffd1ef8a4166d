// From a route's `limits:` to plans; every problem is reported with what to write instead, none thrown.

import { isDeepStrictEqual } from 'node:util'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { compileKey } from './compile-key.ts'
import type { LimitsOptions } from './options.ts'
import { largestCost, limitParams } from './params.ts'
import type { KeyPart, LimitPlan, LimitRate, Rate } from './plan.ts'
import { isRate, parseRate } from './rate.ts'

type LongOptions = Exclude<LimitsOptions[number], string>
type ProblemAt = (key: string, message: string, fix: string) => void

const SHORT_FORM = /^(\S+)\s+per\s+(\S.*)$/
// A bucket that takes longer to fill is not a limit any more, and its times would no longer be exact.
const LONGEST_FILL_MS = 366 * 86_400_000

/**
 * Compiles `limits:` of a route. Where a problem was reported the limit is left out of the answer, so the revision must
 * not serve then: a broken limit never means no limit.
 */
export function compileLimits(
  options: LimitsOptions,
  routeName: string,
  hasAuth: boolean,
  at: ConfigPath,
  report: Report,
): LimitPlan[] {
  const plans: LimitPlan[] = []
  for (const [index, entry] of options.entries()) {
    const here = [...at, index]
    const plan = compileLimit(entry, routeName, hasAuth, here, report)
    if (plan === null) continue
    if (plans.some((other) => other.id === plan.id)) {
      const message = `limit \`${plan.name}\` stands here twice`
      report({ severity: 'error', path: here, message, fix: 'remove one of them' })
      continue
    }
    plans.push(plan)
  }
  warnOfFreeHeaders(plans, at, report)
  return plans
}

/** Reports limits that share a name but do not say the same; `routes` are all routes of the file. */
export function checkSharedLimits(
  routes: readonly { readonly limits: readonly LimitPlan[]; readonly at: ConfigPath }[],
  report: Report,
): void {
  const first = new Map<string, LimitPlan>()
  for (const { limits, at } of routes) {
    for (const plan of limits) {
      const known = first.get(plan.id)
      if (known === undefined) first.set(plan.id, plan)
      // One limit may cost more on one route than on another; in all else it is one limit.
      else if (!isDeepStrictEqual({ ...known, cost: 0 }, { ...plan, cost: 0 })) {
        const message = `limit \`${plan.name}\` says something else on another route`
        const fix = 'write the same on every route, or give this one another name'
        report({ severity: 'error', path: at, message, fix })
      }
    }
  }
}

function compileLimit(
  entry: LimitsOptions[number],
  routeName: string,
  hasAuth: boolean,
  at: ConfigPath,
  report: Report,
): LimitPlan | null {
  let sound = true
  const problem: ProblemAt = (key, message, fix) => {
    sound = false
    const path = typeof entry === 'string' ? at : [...at, key]
    report({ severity: 'error', path, message, fix })
  }
  const long = typeof entry === 'string' ? fromShortForm(entry, problem) : entry
  if (long === null) return null
  const key = compileKey(long.key, (message, fix) => problem('key', message, fix))
  const rate = compileRate(long, problem)
  const isByAddress = key.length === 1 && key[0]!.kind === 'ip'
  const stage =
    long.stage === 'before-auth' || (typeof entry === 'string' && isByAddress)
      ? 'before_auth'
      : 'after_auth'
  checkCaller(long, key, stage, hasAuth, problem)
  checkHeaders(long, stage, hasAuth, problem)
  if (rate === null || !sound) return null
  const cost = long.cost ?? 1
  const params = rate.kind === 'fixed' ? rate.params : rate.fallback
  if (cost > largestCost(params)) {
    const fix = `write at most ${largestCost(params)}, or raise the limit`
    problem('cost', `a request that costs ${cost} would never pass`, fix)
    return null
  }
  const text = typeof entry === 'string' ? entry.replace(/\s+/g, ' ') : describe(long)
  return {
    id: long.name === undefined ? `route ${routeName} ${text}` : `name ${long.name}`,
    name: long.name ?? text,
    rate,
    key,
    cost,
    onStoreDown: long.onStoreDown ?? 'local',
    shadow: long.shadow ?? false,
    headers: long.headers ?? 'always',
    stage,
  }
}

function fromShortForm(text: string, problem: ProblemAt): LongOptions | null {
  const match = SHORT_FORM.exec(text.trim())
  if (match === null) {
    const rate = text.trim().split(/\s/)[0]!
    const example = isRate(parseRate(rate)) ? rate : '100/min'
    problem('', `\`${text}\` does not say per what`, `write \`${example} per sub\``)
    return null
  }
  return { rate: match[1]!, key: match[2]!.split(',').map((part) => part.trim()) }
}

function compileRate(options: LongOptions, problem: ProblemAt): LimitRate | null {
  const { rate, burst = null, mode = null } = options
  const text = typeof rate === 'string' ? rate : rate.default
  const parsed = parseRate(text)
  if (!isRate(parsed)) {
    problem('rate', parsed.message, parsed.fix)
    return null
  }
  if (!checkBurst(parsed, burst, mode, problem)) return null
  const params = limitParams(parsed, burst, mode)
  if (typeof rate === 'string') return { kind: 'fixed', params }
  const { claim } = rate
  return { kind: 'claim', claim, perMs: parsed.perMs, burst, mode, fallback: params }
}

function checkBurst(
  rate: Rate,
  burst: number | null,
  mode: LongOptions['mode'] | null,
  problem: ProblemAt,
): boolean {
  if (burst === null) return true
  if ((burst * rate.perMs) / rate.count > LONGEST_FILL_MS) {
    const most = Math.floor((LONGEST_FILL_MS * rate.count) / rate.perMs)
    const fix = `write at most ${most}`
    problem('burst', `a burst of ${burst} would take more than a year to come back`, fix)
    return false
  }
  if (mode === 'leased' && burst < 2) {
    const fix = 'write `mode: exact`, or a larger burst'
    problem('mode', 'of a burst of 1 nothing can be held in advance', fix)
    return false
  }
  return true
}

/** What a limit cannot know where it stands: the caller, before or without authentication. */
function checkCaller(
  { rate }: LongOptions,
  key: readonly KeyPart[],
  stage: LimitPlan['stage'],
  hasAuth: boolean,
  problem: ProblemAt,
): void {
  if (hasAuth && stage === 'after_auth') return
  const where = hasAuth ? 'before tokens are checked' : 'on a public route'
  const fix = hasAuth
    ? 'remove `stage: before-auth`, or count per ip'
    : 'count per ip, or give the route an `auth:`'
  for (const part of key) {
    const isOfCaller = part.kind === 'sub' || part.kind === 'issuer' || part.kind === 'claim'
    if (!isOfCaller) continue
    const name = part.kind === 'claim' ? `claim:${part.name}` : part.kind
    problem('key', `nobody knows \`${name}\` ${where}`, fix)
  }
  if (typeof rate !== 'string') {
    problem('rate', `nobody knows the claim \`${rate.claim}\` ${where}`, 'write a rate')
  }
}

function checkHeaders(
  { headers }: LongOptions,
  stage: LimitPlan['stage'],
  hasAuth: boolean,
  problem: ProblemAt,
): void {
  if (headers !== 'authenticated' || (hasAuth && stage === 'after_auth')) return
  const where = hasAuth ? 'before tokens are checked' : 'on a public route'
  problem('headers', `nobody is authenticated ${where}`, 'write `always` or `never`')
}

/** Whoever chooses the value of a header chooses a new count. */
function warnOfFreeHeaders(plans: readonly LimitPlan[], at: ConfigPath, report: Report): void {
  const isFree = ({ key }: LimitPlan): boolean =>
    key.some(({ kind }) => kind === 'header') && !key.some(({ kind }) => kind === 'sub')
  const isFirm = ({ key, shadow }: LimitPlan): boolean =>
    !shadow && key.every(({ kind }) => kind !== 'header')
  const free = plans.find(isFree)
  if (free === undefined || plans.some(isFirm)) return
  report({
    severity: 'warning',
    path: at,
    message: `a caller that changes the header each time is never limited by \`${free.name}\``,
    fix: 'add a limit that does not count per header, such as `100/s per ip`',
  })
}

/** The short form that comes nearest: what the limit is called, and by what it is told from others of its route. */
function describe(options: LongOptions): string {
  const { rate, key, name: _name, ...rest } = options
  const claimed = typeof rate === 'string' ? rate : `claim:${rate.claim} or ${rate.default}`
  const counted = Object.entries(rest).filter(([word]) => word === 'burst' || word === 'stage')
  const others = counted.map(([word, value]) => `, ${word} ${String(value)}`).join('')
  return `${claimed} per ${key.join(', ')}${others}`
}
