// One certificate from the order to the chain (RFC 8555 section 7.4), by the challenge on the listener itself (RFC 8737).

import { createHash } from 'node:crypto'
import { broken, type Answer, type Authority } from './authority.ts'
import { AuthorityRefusal, refusalOf, retryAfterMs, sentenceOf } from './refusal.ts'

/** In the order in which they come. */
export type OrderStep = 'account' | 'order' | 'challenge' | 'validation' | 'issue' | 'install'

/** What a host is to be answered with. */
export interface Asked {
  readonly name: string
  /** SHA-256 of the key authorization. */
  readonly digest: Buffer
}

export interface OrderInput {
  readonly names: readonly string[]
  /** PKCS#10. */
  readonly csr: Buffer
  /** An order that was begun before and may go on; null: none. */
  readonly orderUrl: string | null
  /** Remembers the order, so that a restart goes on with it. */
  readonly begun: (orderUrl: string) => Promise<void>
  /** Resolves when whoever connects is answered so. */
  readonly answer: (asked: readonly Asked[]) => Promise<void>
  readonly step: (step: OrderStep) => void
  /** Rejects where the whole takes too long. */
  readonly pause: (ms: number) => Promise<void>
  readonly wallMs: () => number
}

/** How often is looked, where the authority does not say. */
const LOOK_MS = 1000
const MAX_LOOK_MS = 15_000
/** An authority names as many as were ordered. */
const MAX_AUTHORIZATIONS = 100

type Order = Readonly<Record<string, unknown>>

/** The chain, leaf first, PEM. Rejects with AuthorityRefusal and its own sentence. */
export async function obtain(authority: Authority, input: OrderInput): Promise<string> {
  input.step('order')
  const { url, order } = await begin(authority, input)
  let now = order
  if (statusOf(now) === 'pending') {
    await authorize(authority, now, input)
    now = await look(authority, url, ['pending'], input)
  }
  input.step('issue')
  if (statusOf(now) === 'ready') {
    const finalize = urlOf(now['finalize'], 'an order has no finalize')
    await authority.post(finalize, { csr: input.csr.toString('base64url') })
  }
  now = await look(authority, url, ['ready', 'processing'], input)
  if (statusOf(now) !== 'valid') throw failed(now, `the order is ${statusOf(now)}`, input)
  const { text } = await authority.post(urlOf(now['certificate'], 'there is no certificate'), null)
  return text
}

async function begin(
  authority: Authority,
  { names, orderUrl, begun }: OrderInput,
): Promise<{ readonly url: string; readonly order: Order }> {
  if (orderUrl !== null) {
    const kept = await authority.post(orderUrl, null).catch(() => null)
    const status = statusOf(kept?.value ?? {})
    if (['pending', 'ready', 'processing', 'valid'].includes(status)) {
      return { url: orderUrl, order: kept!.value! }
    }
  }
  const identifiers = names.map((value) => ({ type: 'dns', value }))
  const { value, location } = await authority.post(authority.directory.newOrder, { identifiers })
  const url = urlOf(location, 'an order has no address')
  await begun(url)
  return { url, order: value ?? {} }
}

/** Every host that is not known to be ours yet, all at once. */
async function authorize(authority: Authority, order: Order, input: OrderInput): Promise<void> {
  const listed = order['authorizations']
  if (!Array.isArray(listed) || listed.length > MAX_AUTHORIZATIONS) {
    throw broken('an order has no authorizations')
  }
  const waiting: { readonly url: string; readonly challenge: string; readonly asked: Asked }[] = []
  for (const entry of listed) {
    const url = urlOf(entry, 'an authorization has no address')
    const found = await authority.post(url, null)
    if (statusOf(found.value ?? {}) === 'valid') continue
    waiting.push({ url, ...challengeOf(found, authority.thumbprint) })
  }
  if (waiting.length === 0) return
  input.step('challenge')
  await input.answer(waiting.map(({ asked }) => asked))
  input.step('validation')
  for (const { challenge } of waiting) await authority.post(challenge, {})
  for (const { url, asked } of waiting) {
    const now = await look(authority, url, ['pending'], input)
    if (statusOf(now) !== 'valid') throw failed(now, `${asked.name} is ${statusOf(now)}`, input)
  }
}

function challengeOf(
  { value }: Answer,
  thumbprint: string,
): { readonly challenge: string; readonly asked: Asked } {
  const { identifier, challenges } = value ?? {}
  const name = (identifier as { value?: unknown } | undefined)?.value
  const list = Array.isArray(challenges) ? (challenges as Order[]) : []
  const found = list.find(({ type }) => type === 'tls-alpn-01')
  if (typeof name !== 'string') throw broken('an authorization has no identifier')
  if (found === undefined) {
    throw new AuthorityRefusal(
      'acme_unsupported',
      `the authority does not offer tls-alpn-01 for ${name}`,
    )
  }
  const { token } = found
  if (typeof token !== 'string') throw broken('a challenge has no token')
  const digest = createHash('sha256').update(`${token}.${thumbprint}`).digest()
  const asked = { name: name.toLowerCase(), digest }
  return { challenge: urlOf(found['url'], 'a challenge has no address'), asked }
}

/** Until its status is none of these. */
async function look(
  authority: Authority,
  url: string,
  while_: readonly string[],
  { pause, wallMs }: OrderInput,
): Promise<Order> {
  for (;;) {
    const { value, retryAfter } = await authority.post(url, null)
    if (!while_.includes(statusOf(value ?? {}))) return value ?? {}
    const askedMs = retryAfterMs(retryAfter, wallMs())
    await pause(Math.min(MAX_LOOK_MS, Math.max(LOOK_MS, askedMs)))
  }
}

function failed(value: Order, otherwise: string, { wallMs }: OrderInput): AuthorityRefusal {
  const challenges = Array.isArray(value['challenges']) ? (value['challenges'] as Order[]) : []
  const problem = [value, ...challenges]
    .map(({ error }) => error)
    .find((error) => sentenceOf(error) !== '')
  if (problem !== undefined) return refusalOf(0, problem, undefined, wallMs())
  return new AuthorityRefusal('acme_invalid', otherwise)
}

function statusOf(value: Order): string {
  const { status } = value
  return typeof status === 'string' ? status.slice(0, 40) : ''
}

function urlOf(value: unknown, otherwise: string): string {
  if (typeof value === 'string' && URL.canParse(value)) return value
  throw broken(otherwise)
}
