// SPIFFE ids: the rules of the specification, and the one path shape that services of this mesh have.

export interface ServiceId {
  readonly trustDomain: string
  readonly namespace: string
  readonly service: string
}

/** Bytes of a whole id, and of its trust domain (SPIFFE-ID section 2.3). */
export const MAX_ID_BYTES = 2048
const MAX_TRUST_DOMAIN_BYTES = 255

const TRUST_DOMAIN = /^[a-z0-9._-]+$/
const SEGMENT = /^[A-Za-z0-9._-]+$/
// Of namespaces and services; the configuration file allows no other names.
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
const SCHEME = 'spiffe://'
const DEFAULT_NAMESPACE = 'default'

/** Whether `text` may name a trust domain: lower case, no port, no user, nothing encoded (SPIFFE-ID section 2.1). */
export function isTrustDomain(text: string): boolean {
  return text.length <= MAX_TRUST_DOMAIN_BYTES && TRUST_DOMAIN.test(text)
}

/**
 * Whether `text` is the id of a workload by the specification, whatever its path: `spiffe://domain/a/b`. Segments are
 * neither empty nor `.` nor `..`; no query, fragment, port, user or percent sign. Nothing is normalised.
 */
export function isSpiffeId(text: string): boolean {
  const parts = split(text)
  return parts !== null && parts.segments.length > 0
}

/** The trust domain of a workload's or an authority's id (which has no path); null where the text is no id. */
export function trustDomainOf(text: string): string | null {
  return split(text)?.trustDomain ?? null
}

/** Takes `spiffe://domain/ns/<namespace>/svc/<service>` apart; null for everything else, other SPIFFE ids included. */
export function parseSpiffeId(text: string): ServiceId | null {
  const parts = split(text)
  if (parts === null || parts.segments.length !== 4) return null
  const [ns, namespace = '', svc, service = ''] = parts.segments
  if (ns !== 'ns' || svc !== 'svc' || !NAME.test(namespace) || !NAME.test(service)) return null
  return { trustDomain: parts.trustDomain, namespace, service }
}

/**
 * The id of the service `billing` (namespace `default`) or `team/billing`.
 * Throws a TypeError where the names are not of the form that the configuration file allows.
 */
export function spiffeIdOf(trustDomain: string, serviceName: string): string {
  const slash = serviceName.indexOf('/')
  const namespace = slash === -1 ? DEFAULT_NAMESPACE : serviceName.slice(0, slash)
  const id = `${SCHEME}${trustDomain}/ns/${namespace}/svc/${serviceName.slice(slash + 1)}`
  if (parseSpiffeId(id) === null) {
    throw new TypeError(`no service of a mesh: ${JSON.stringify(serviceName)} in ${trustDomain}`)
  }
  return id
}

/** `billing`, or `team/billing` outside the namespace `default`. Throws a TypeError for ids of another shape. */
export function serviceNameOf(id: string): string {
  const parts = parseSpiffeId(id)
  if (parts === null) throw new TypeError(`not the id of a service: ${JSON.stringify(id)}`)
  const { namespace, service } = parts
  return namespace === DEFAULT_NAMESPACE ? service : `${namespace}/${service}`
}

function split(text: string): { trustDomain: string; segments: readonly string[] } | null {
  if (text.length > MAX_ID_BYTES || !text.startsWith(SCHEME)) return null
  const [trustDomain = '', ...segments] = text.slice(SCHEME.length).split('/')
  if (!isTrustDomain(trustDomain)) return null
  const isSound = segments.every((part) => SEGMENT.test(part) && part !== '.' && part !== '..')
  return isSound ? { trustDomain, segments } : null
}
