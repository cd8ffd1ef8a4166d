// The console's exposure: where it listens, with which certificate, who may sign in, and tokens that nobody uses.

import { X509Certificate } from 'node:crypto'
import type { AdminPlan } from '../../../config/admin.ts'
import type { CheckContext, RunningFacts } from '../check-context.ts'
import type { Finding } from '../check.ts'
import { daysUntil, shortList } from './shown.ts'

const DAY_MS = 86_400_000
const IDLE_MS = 90 * DAY_MS
const ENDING_MS = 7 * DAY_MS
const SOON_DAYS = 30

export function checkAdmin({ plan, running, nowMs }: CheckContext): readonly Finding[] {
  if (plan === null) return []
  const accounts = running === null ? [] : people(running.accounts, plan.admin, nowMs)
  return [bind(plan.admin), ...certificate(plan.admin, nowMs), ...accounts]
}

function bind(admin: AdminPlan): Finding {
  const id = 'admin.bind'
  if (admin.kind === 'off') return { id, status: 'ok', say: (t) => t.adminOff() }
  const { host, port, tls } = admin
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) {
    return { id, status: 'ok', say: (t) => t.adminHere(at) }
  }
  return tls === null
    ? { id, status: 'warning', say: (t) => t.adminGenerated(at) }
    : { id, status: 'ok', say: (t) => t.adminOpen(at) }
}

function certificate(admin: AdminPlan, nowMs: number): readonly Finding[] {
  // One that was generated renews itself.
  if (admin.kind === 'off' || admin.tls === null) return []
  const { validToDate } = new X509Certificate(admin.tls.certPem)
  const days = daysUntil(validToDate.getTime(), nowMs)
  if (days >= SOON_DAYS) return []
  const status = days < 0 ? 'failed' : 'warning'
  return [{ id: 'admin.certificate', status, say: (t) => t.adminExpiry(days) }]
}

function people(
  accounts: RunningFacts['accounts'],
  admin: AdminPlan,
  nowMs: number,
): readonly Finding[] {
  const id = 'admin.users'
  if (accounts === null) return [{ id, status: 'failed', say: (t) => t.usersUnread() }]
  const { users, tokens } = accounts
  const isOpen = admin.kind === 'on' && users === 0
  const who: Finding = isOpen
    ? { id, status: 'warning', say: (t) => t.usersNone() }
    : { id, status: 'ok', say: (t) => t.usersGood(users) }
  const living = tokens.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
  const named = (some: typeof living): string => shortList(some.map(({ name }) => name))
  const idle = living.filter(
    ({ lastUsedAtMs, createdAtMs }) => nowMs - (lastUsedAtMs ?? createdAtMs) > IDLE_MS,
  )
  const ending = living.filter(({ expiresAtMs }) => expiresAtMs - nowMs < ENDING_MS)
  const found: Finding[] = [who]
  if (idle.length > 0) {
    found.push({ id: 'admin.tokens', status: 'warning', say: (t) => t.tokensIdle(named(idle)) })
  }
  if (ending.length > 0) {
    const say: Finding['say'] = (t) => t.tokensEnding(named(ending))
    found.push({ id: 'admin.tokens-ending', status: 'warning', say })
  }
  if (found.length > 1) return found
  return [...found, { id: 'admin.tokens', status: 'ok', say: (t) => t.tokensGood(living.length) }]
}
