// How one HTTP/1.1 request case is written down: the bytes of the client, and what must become of them.

import type { FieldList } from '../../support/request-reader.ts'

export interface Forwarded {
  readonly kind: 'forwarded'
  readonly method: string
  readonly target: string
  readonly body: string
  /** Lower-case names that must arrive, with this value. */
  readonly has: Readonly<Record<string, string>>
  /** Lower-case names that must not arrive. */
  readonly lacks: readonly string[]
  readonly trailers: FieldList
}

export type Expectation =
  /** R: one of the statuses and the end of the connection, or that end alone; not one byte at the upstream. */
  | { readonly kind: 'refused'; readonly status: readonly number[] }
  /** R where the fault comes after the head: the same for the client, and no complete request at the upstream. */
  | { readonly kind: 'broken'; readonly status: readonly number[] }
  /** L: one of the statuses, not one byte at the upstream; the connection may go on. */
  | { readonly kind: 'local'; readonly status: readonly number[] }
  /** N and D: the upstream sees exactly one well-formed request, this one. */
  | Forwarded

export interface Http1Case {
  readonly what: string
  /** Everything the client sends, as Latin-1. */
  readonly send: string
  readonly expect: Expectation
}

/** Why a case cannot hold on node:http, and what is asserted instead. */
export interface Http1Exception {
  readonly reason: string
  readonly expect: Expectation
}

export function refused(...status: number[]): Expectation {
  return { kind: 'refused', status: status.length === 0 ? [400] : status }
}

export function broken(...status: number[]): Expectation {
  return { kind: 'broken', status: status.length === 0 ? [400] : status }
}

export function local(...status: number[]): Expectation {
  return { kind: 'local', status }
}

export function forwarded(expect: Partial<Omit<Forwarded, 'kind'>> = {}): Expectation {
  const defaults = { method: 'GET', target: '/', body: '', has: {}, lacks: [], trailers: [] }
  return { kind: 'forwarded', ...defaults, ...expect }
}

/** A head with `Host: gw.test`, ended by an empty line. */
export function head(line: string, ...fields: string[]): string {
  return [line, 'Host: gw.test', ...fields, '', ''].join('\r\n')
}

export function get(...fields: string[]): string {
  return head('GET / HTTP/1.1', ...fields)
}

/** `fields`, then the body exactly as given. */
export function post(fields: readonly string[], body: string): string {
  return head('POST / HTTP/1.1', ...fields) + body
}

/** A chunked POST with these bytes as its body. */
export function chunked(body: string): string {
  return post(['Transfer-Encoding: chunked'], body)
}
