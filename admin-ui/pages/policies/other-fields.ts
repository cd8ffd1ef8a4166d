// Addresses, header rules, timeout and retries of one route as the fields of a form, and back into the file.

import { flowText, listOf, mapOf, type RouteView } from '../../config-text/parse.ts'
import { plainText } from '../../language/typed-text.ts'
import { putAt } from './put-at.ts'
import { typedList } from './typed-list.ts'

/** Lists hold one entry on each line; '' is what the file does not say. */
export interface OtherFields {
  readonly allow: string
  readonly deny: string
  readonly timeout: string
  readonly attempts: string
  /** What is tried again, separated by commas. */
  readonly on: string
  /** `name: value`. */
  readonly requestSet: string
  readonly requestRemove: string
  readonly responseSet: string
  readonly responseRemove: string
}

export type OtherFault = 'timeout' | 'attempts' | 'on' | 'requestSet' | 'responseSet'

/** What `retries:` may name. */
export const RETRIED: readonly string[] = ['connect', 'reset', '502', '503', '504']

const DURATION = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*)$/

export function otherFields({ value }: RouteView): OtherFields {
  const { ip, timeout, retries, headers } = value
  const { allow, deny } = mapOf(ip)
  const { attempts, on } = mapOf(retries)
  const { request, response } = mapOf(headers)
  return {
    allow: listOf(allow).join('\n'),
    deny: listOf(deny).join('\n'),
    timeout: listOf(timeout)[0] ?? '',
    attempts: listOf(attempts)[0] ?? '',
    on: listOf(on).map(bare).join(', '),
    requestSet: fieldLines(mapOf(request)['set']),
    requestRemove: listOf(mapOf(request)['remove']).join('\n'),
    responseSet: fieldLines(mapOf(response)['set']),
    responseRemove: listOf(mapOf(response)['remove']).join('\n'),
  }
}

/** What the file would be refused for; the gateway looks closer. */
export function otherFaults(fields: OtherFields): ReadonlySet<OtherFault> {
  const faults = new Set<OtherFault>()
  const { timeout, attempts, on, requestSet, responseSet } = fields
  if (plainText(timeout) !== '' && !DURATION.test(plainText(timeout))) faults.add('timeout')
  if (!/^[1-5]?$/.test(plainText(attempts))) faults.add('attempts')
  if (typedList(on).some((word) => !RETRIED.includes(word))) faults.add('on')
  if (fieldsOf(requestSet) === null) faults.add('requestSet')
  if (fieldsOf(responseSet) === null) faults.add('responseSet')
  return faults
}

/** Writes what differs and leaves every other byte alone. Throws NotEditable. */
export function changeOthers(text: string, route: RouteView, fields: OtherFields): string {
  const before = otherFields(route)
  const places: readonly (readonly [keyof OtherFields, readonly string[], unknown])[] = [
    ['allow', ['ip', 'allow'], some(typedList(fields.allow))],
    ['deny', ['ip', 'deny'], some(typedList(fields.deny))],
    ['timeout', ['timeout'], plainText(fields.timeout) || undefined],
    ['attempts', ['retries', 'attempts'], numberOf(fields.attempts)],
    ['on', ['retries', 'on'], some(typedList(fields.on))],
    ['requestSet', ['headers', 'request', 'set'], fieldsOf(fields.requestSet) ?? undefined],
    ['requestRemove', ['headers', 'request', 'remove'], some(typedList(fields.requestRemove))],
    ['responseSet', ['headers', 'response', 'set'], fieldsOf(fields.responseSet) ?? undefined],
    ['responseRemove', ['headers', 'response', 'remove'], some(typedList(fields.responseRemove))],
  ]
  let next = text
  for (const [name, path, value] of places) {
    if (fields[name] === before[name]) continue
    next = putAt(next, ['routes', route.index, ...path], value)
  }
  return next
}

/** On one line each; '' where the route says nothing. */
export interface OtherTexts {
  readonly route: RouteView
  readonly ip: string
  readonly headers: string
  readonly timeout: string
  readonly retries: string
}

export function otherTexts(route: RouteView): OtherTexts {
  const { ip, headers, timeout, retries } = route.value
  return {
    route,
    ip: said(ip),
    headers: said(headers),
    timeout: said(timeout),
    retries: said(retries),
  }
}

function said(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : flowText(value)
}

function fieldLines(set: unknown): string {
  return Object.entries(mapOf(set))
    .map(([name, value]) => `${name}: ${listOf(value)[0] ?? ''}`)
    .join('\n')
}

/** undefined: none; null: a line is no field. */
function fieldsOf(text: string): Readonly<Record<string, string>> | undefined | null {
  const lines = text.split('\n').filter((line) => plainText(line) !== '')
  if (lines.length === 0) return undefined
  const fields: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value = ''] = FIELD.exec(plainText(line)) ?? []
    if (name === undefined) return null
    fields[name] = value
  }
  return fields
}

function some(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list
}

function numberOf(text: string): number | undefined {
  const plain = plainText(text)
  return plain === '' ? undefined : Number(plain)
}

/** A status may stand there as a number or as a text. */
function bare(word: string): string {
  return word.replaceAll(/^["']|["']$/g, '')
}
