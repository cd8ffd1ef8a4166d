// How this process becomes a member of the mesh and stays one: the first certificate by its join file, the next by mTLS.

import { pemBlock, readPemBlocks } from './identity/pem.ts'
import { Renewal, type RenewalEvent } from './identity/renewal.ts'
import { spiffeIdOf } from './identity/spiffe-id.ts'
import type { TrustBundle } from './identity/svid.ts'
import type { Clock } from './runtime/clock.ts'
import { errorMessage, SallyportError } from './runtime/errors.ts'
import { ControlClient } from './snapshot/control-client.ts'
import type { JoinCredential } from './snapshot/grant.ts'
import type { Log } from './telemetry/log.ts'
import type { SidecarSettings } from './options.ts'
import { stopped } from './stopped.ts'

/** Between two attempts to learn whom to believe; doubled up to the last. */
const FIRST_PAUSE_MS = 500
const LAST_PAUSE_MS = 15_000

export interface MembershipDeps {
  readonly clock: Clock
  /** [0, 1). */
  readonly random: () => number
  readonly log: Log
  /** The text of a file; throws the system's error. */
  readonly readText: (file: string) => string
}

export interface Membership {
  readonly client: ControlClient
  readonly renewal: Renewal
}

/** Resolves with the first certificate in hand, however long that takes; rejects when `signal` is aborted. */
export async function joinMesh(
  settings: SidecarSettings,
  deps: MembershipDeps,
  signal: AbortSignal,
): Promise<Membership> {
  const { clock, random, log, readText } = deps
  let renewal: Renewal | null = null
  const client = new ControlClient({
    url: settings.control,
    clock,
    random,
    identity: () => (renewal === null || renewal.state.kind === 'none' ? null : renewal),
    trust: trustOf(settings, readText),
  })
  const credential = (): JoinCredential => {
    const text = readText(settings.join.file).trim()
    return settings.join.kind === 'token'
      ? { kind: 'token', token: text }
      : { kind: 'jwt', jwt: text }
  }
  const { service } = settings
  const trust = await untilItWorks(deps, signal, () => client.trustFor(credential()))
  renewal = new Renewal({
    id: spiffeIdOf(trust.trustDomain, service),
    clock,
    random,
    request: (csrPem, { current }) => {
      // An expired certificate proves nothing any more: then only the join file can help.
      const isGood = current !== null && clock.wallMs() < current.notAfterMs
      return isGood
        ? client.renew(csrPem)
        : client.join({ credential: credential(), csrPem, service })
    },
    onEvent: (event) => tell(log, event),
  })
  renewal.start()
  try {
    await Promise.race([renewal.ready, stopped(signal)])
  } catch (error) {
    renewal.close()
    throw error
  }
  return { client, renewal }
}

/** What `--ca-file` says; null: the join token pins it. Throws the system's error, or SallyportError `bad_ca_file`. */
function trustOf(
  { caFile, trustDomain }: SidecarSettings,
  readText: (file: string) => string,
): TrustBundle | null {
  if (caFile === null || trustDomain === null) return null
  const blocks = readPemBlocks(readText(caFile), 'CERTIFICATE')
  if (blocks === null) throw new SallyportError('bad_ca_file', `${caFile} holds no certificates`)
  return { trustDomain, rootPems: blocks.map((bytes) => pemBlock('CERTIFICATE', bytes)) }
}

async function untilItWorks<Value>(
  { clock, log }: MembershipDeps,
  signal: AbortSignal,
  task: () => Promise<Value>,
): Promise<Value> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 2)) {
    try {
      return await Promise.race([task(), stopped(signal)])
    } catch (error) {
      signal.throwIfAborted()
      log.warn('control could not be asked whom to believe', { error: errorMessage(error) })
    }
    await Promise.race([
      new Promise<void>((resolve) => {
        clock.after(pauseMs, resolve)
      }),
      stopped(signal),
    ])
  }
}

function tell(log: Log, event: RenewalEvent): void {
  switch (event.kind) {
    case 'renewed': {
      const { id, serial, notAfterMs } = event.svid
      log.info('a new certificate is in use', { id, serial, notAfter: iso(notAfterMs) })
      return
    }
    case 'failed': {
      const { code, message, failures, retryInMs, leftMs } = event
      const fields = { code, error: message, failures, retryInMs: Math.round(retryInMs), leftMs }
      log.warn('no new certificate could be had', fields)
      return
    }
    case 'expired':
      log.error('the certificate has expired: nothing can be called or served', {
        serial: event.svid.serial,
      })
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
