// The certificate of the console: that of the configuration, or one of its own, made when needed and kept in the data folder.

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { AdminPlan } from '../../config/admin.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { replaceFileSync } from '../../../sidecar/runtime/replace-file.ts'
import { createAuthority } from '../authority.ts'

const LIFE_DAYS = 365
/** A certificate of our own with less left is made anew. */
const RENEW_MS = 30 * 86_400_000

export interface ConsoleCertificate {
  /** Leaf first, PEM. */
  readonly cert: string
  /** PEM. */
  readonly key: string
  /** SHA-256 of the leaf, `AB:CD:…`. */
  readonly fingerprint: string
  /** The authority to trust, absolute; null where the certificate is that of the configuration. */
  readonly caFile: string | null
}

type On = Extract<AdminPlan, { kind: 'on' }>

/** `folder`: where relative paths of the configuration begin. Rejects where there is no key that fits. */
export async function consoleCertificate(
  { tls, hosts }: On,
  folder: string,
  dataDir: string,
  clock: Pick<Clock, 'wallMs'>,
): Promise<ConsoleCertificate> {
  const own = join(dataDir, 'console')
  if (tls === null) {
    const names = hosts.map((host) => host.replace(/^\[|\]$/g, ''))
    const made = kept(own, names, clock.wallMs()) ?? (await make(own, names, clock))
    return { ...made, caFile: join(own, 'ca.pem') }
  }
  const key = readFileSync(resolve(folder, tls.keyFile), 'utf8')
  return { ...checked(tls.certPem, key), caFile: null }
}

/** What was made before, where it is still good for these names. */
function kept(
  folder: string,
  names: readonly string[],
  nowMs: number,
): Omit<ConsoleCertificate, 'caFile'> | null {
  try {
    const pem = readFileSync(join(folder, 'server.pem'), 'utf8')
    const leaf = new X509Certificate(pem)
    const covers = names.every((name) => leaf.checkHost(name) ?? leaf.checkIP(name))
    const isFresh = leaf.validToDate.getTime() - nowMs > RENEW_MS
    return covers && isFresh ? checked(pem, pem) : null
  } catch {
    return null
  }
}

/** The authority's key is forgotten at once: it can issue nothing else. */
async function make(
  folder: string,
  names: readonly string[],
  clock: Pick<Clock, 'wallMs'>,
): Promise<Omit<ConsoleCertificate, 'caFile'>> {
  const authority = await createAuthority('Sallyport console', clock)
  const { certPem, keyPem } = await authority.issue({ names, days: LIFE_DAYS })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  replaceFileSync(join(folder, 'ca.pem'), authority.certPem)
  replaceFileSync(join(folder, 'server.pem'), `${certPem}${authority.certPem}${keyPem}`)
  return checked(`${certPem}${authority.certPem}`, keyPem)
}

function checked(cert: string, key: string): Omit<ConsoleCertificate, 'caFile'> {
  const leaf = new X509Certificate(cert)
  if (!leaf.checkPrivateKey(createPrivateKey(key))) {
    throw new Error('the certificate of the console does not fit its key')
  }
  return { cert, key, fingerprint: leaf.fingerprint256 }
}
