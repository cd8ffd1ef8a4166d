// `sallyport certs acme` and `certs renew`: certificates that an authority issues by itself, and ordering one now.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import type { Call, Shown } from './api-command.ts'

interface Listed {
  readonly listener: string
  readonly names: readonly string[]
  readonly directory: string
  readonly notAfterMs: number | null
  readonly state: {
    readonly kind: string
    readonly step?: string
    readonly by?: string
    readonly reason?: string
    readonly nextAtMs?: number
  }
}

export async function acmeList(call: Call): Promise<Shown> {
  const answer = (await call('GET', '/api/v1/certificates/acme')) as { items: readonly Listed[] }
  return { value: answer, table: answer.items.map(row) }
}

/** Tells how it stands when it has begun; `certs acme` tells how it ended. */
export async function acmeRenew(listener: string, call: Call): Promise<Shown> {
  if (listener === '') throw new SallyportError('usage', 'say whose: `certs renew LISTENER`')
  const answer = (await call('POST', '/api/v1/certificates/acme:renew', { listener })) as Listed
  return { value: answer, table: [row(answer)] }
}

function row({ listener, names, directory, notAfterMs, state }: Listed) {
  const { kind, step, by, reason, nextAtMs } = state
  const note = reason ?? step ?? (by === undefined ? '' : `${by} orders now`)
  return {
    listener,
    names: names.join(' '),
    'not after': minute(notAfterMs),
    state: kind,
    'next try': minute(nextAtMs ?? null),
    note,
    directory,
  }
}

function minute(ms: number | null): string {
  return ms === null ? '-' : new Date(ms).toISOString().slice(0, 16)
}
