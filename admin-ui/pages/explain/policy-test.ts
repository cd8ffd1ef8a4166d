// A case that was explained as a policy test: what was asked, and what came of it, as `tests:` of the file would say it.

import type { PlacedExplanation } from '../../api/contract.ts'
import { mapOf, type ParsedConfig, type YamlMap } from '../../config-text/parse.ts'
import { decodeToken } from './token.ts'

/** As the explain operation takes it. */
export interface Question {
  readonly request?: string
  readonly http?: {
    readonly url: string
    readonly method: string
    readonly headers: readonly { readonly name: string; readonly value: string }[]
    readonly http2: boolean
    readonly bodyBytes?: number
    /** Address of the client. */
    readonly clientIp?: string
    readonly listener?: string
  }
  readonly egress?: { readonly from: string; readonly to: string }
  readonly mesh?: {
    readonly from: string
    readonly to: string
    readonly method: string
    readonly path: string
  }
}

export type Unsavable =
  /** What would decide is not known. */
  | 'unknown'
  /** Counters are not part of a configuration. */
  | 'limit'
  /** Tests take every token for one that its issuer signed. */
  | 'signature'
  /** The token is of no issuer of the configuration. */
  | 'issuer'
  /** Past requests are kept without what a test would need. */
  | 'past'

export type TestMade =
  | { readonly kind: 'test'; readonly test: YamlMap }
  | { readonly kind: 'unsavable'; readonly why: Unsavable }

/** They move on: a test says how its token differs from a fresh one. */
const TIMES: ReadonlySet<string> = new Set(['iss', 'exp', 'iat', 'nbf', 'auth_time', 'jti'])
const NOT_TESTED = /^(?:authorization|cookie|user-agent|accept|accept-encoding|connection)$/
const LIMITED = /^(?:rate_limited|limit_)/
const SIGNATURE =
  /^(?:signature_invalid|unknown_key|wrong_algorithm|keys_unavailable|auth_overloaded)$/

export function testOf(
  name: string,
  question: Question,
  answer: PlacedExplanation,
  config: ParsedConfig,
): TestMade {
  const { verdict, reason, status, route } = answer
  if (verdict === 'unknown') return { kind: 'unsavable', why: 'unknown' }
  if (LIMITED.test(reason)) return { kind: 'unsavable', why: 'limit' }
  if (SIGNATURE.test(reason)) return { kind: 'unsavable', why: 'signature' }
  const expect = {
    verdict,
    ...(verdict === 'deny' && { reason }),
    ...(verdict === 'deny' && status !== null && { status }),
    ...(route !== null && { route }),
  }
  const { http, egress, mesh } = question
  if (egress !== undefined) return { kind: 'test', test: { name, egress, expect } }
  if (mesh !== undefined) return { kind: 'test', test: { name, mesh, expect } }
  if (http === undefined) return { kind: 'unsavable', why: 'past' }
  const token = tokenOf(http.headers, config)
  if (token === 'issuer') return { kind: 'unsavable', why: 'issuer' }
  const { bodyBytes = 0, clientIp, listener } = http
  const length = bodyBytes > 0 ? [{ name: 'content-length', value: String(bodyBytes) }] : []
  const headers = [...length, ...http.headers].filter(
    (header) => !NOT_TESTED.test(header.name.toLowerCase()),
  )
  const request = {
    url: http.url,
    ...(http.method !== 'GET' && { method: http.method }),
    ...(headers.length > 0 && {
      headers: Object.fromEntries(headers.map((header) => [header.name, header.value])),
    }),
    ...(http.http2 && { http2: true }),
    ...(clientIp !== undefined && { from: clientIp }),
    ...(listener !== undefined && { listener }),
    ...(token !== null && { token }),
  }
  return { kind: 'test', test: { name, request, expect } }
}

/** What the token says, never the token; null: there is none. */
function tokenOf(
  headers: NonNullable<Question['http']>['headers'],
  { root }: ParsedConfig,
): YamlMap | 'issuer' | null {
  const sent = headers.find(({ name }) => name.toLowerCase() === 'authorization')
  if (sent === undefined) return null
  const token = decodeToken(sent.value)
  if (token === null) return 'issuer'
  const issuer = Object.entries(mapOf(root['issuers'])).find(
    ([, value]) =>
      (typeof value === 'string' ? value : mapOf(value)['issuer']) === token.claims['iss'],
  )
  if (issuer === undefined) return 'issuer'
  const { alg, typ } = token.header
  const claims = Object.fromEntries(
    Object.entries(token.claims).filter(([name]) => !TIMES.has(name)),
  )
  const isExpired =
    typeof token.claims['exp'] === 'number' && token.claims['exp'] * 1000 < Date.now()
  return {
    issuer: issuer[0],
    // An expired token stays one for ever.
    claims: isExpired ? { ...claims, exp: token.claims['exp'] } : claims,
    ...(typeof alg === 'string' && { algorithm: alg }),
    ...(typeof typ === 'string' && typ !== 'JWT' && { type: typ }),
  }
}

/** One saved test, as the list shows it. */
export interface SavedTest {
  readonly index: number
  readonly name: string
  readonly kind: 'request' | 'egress' | 'mesh'
  /** What is asked, on one line. */
  readonly asks: string
  readonly expects: string
}

export function savedTests({ root }: ParsedConfig): readonly SavedTest[] {
  const tests = Array.isArray(root['tests']) ? (root['tests'] as unknown[]) : []
  return tests.map((test, index) => {
    const { name, request, egress, mesh, expect } = mapOf(test)
    const kind = request !== undefined ? 'request' : egress !== undefined ? 'egress' : 'mesh'
    const { url, method = 'GET', from, to, path = '', token } = mapOf(request ?? egress ?? mesh)
    const who = token === undefined ? '' : ` · token ${word(mapOf(token)['issuer'])}`
    const asks =
      kind === 'request'
        ? `${word(method)} ${word(url)}${who}`
        : `${word(from)} → ${word(to)} ${word(path)}`
    const expects = Object.entries(mapOf(expect)).map(([key, value]) => `${key} ${word(value)}`)
    return { index, name: word(name), kind, asks: asks.trim(), expects: expects.join(' · ') }
  })
}

function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
