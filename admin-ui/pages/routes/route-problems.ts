// What the gateway finds wrong with a text, told apart by the field of the route's form that it is about.

import type { FieldProblem } from '../../api/contract.ts'
import type { RouteFields } from './route-form.ts'

export interface RouteProblems {
  /** Each field's first error. */
  readonly byField: Partial<Record<keyof RouteFields, FieldProblem>>
  /** Another route that gets all requests of this one. */
  readonly shadowedBy: string | null
  /** Other routes that would get no request any more because of this one. */
  readonly shadows: readonly string[]
  /** Errors of keys that the form does not show. */
  readonly others: readonly FieldProblem[]
}

const NONE: RouteProblems = { byField: {}, shadowedBy: null, shadows: [], others: [] }
/** Between two of these there is no other warning. */
const MATCH = /^\/routes\/(\d+)\/match$/
const FIELDS: ReadonlySet<string> = new Set<keyof RouteFields>([
  'name',
  'owner',
  'to',
  'auth',
  'limits',
  'cors',
  'timeout',
])

/** `index`: place of the route in the file; `names`: of all routes there, by place. */
export function problemsOfRoute(
  problems: readonly FieldProblem[],
  index: number,
  names: ReadonlyMap<number, string>,
): RouteProblems {
  const byField: Partial<Record<keyof RouteFields, FieldProblem>> = {}
  const others: FieldProblem[] = []
  const shadows: string[] = []
  let { shadowedBy } = NONE
  for (const problem of problems) {
    const [shadowed, by] = shadowOf(problem)
    if (shadowed === index) shadowedBy = names.get(by) ?? null
    else if (shadowed !== null && by === index) shadows.push(names.get(shadowed) ?? '')
    if (problem.severity === 'warning') continue
    const [section, at, ...rest] = problem.pointer.split('/').slice(1)
    if (section !== 'routes' || at !== String(index)) continue
    const field = fieldOf(rest, problem.detail)
    if (field === null) others.push(problem)
    else byField[field] ??= problem
  }
  return { byField, shadowedBy, shadows, others }
}

/** Places of a route that gets no request and of the one that gets them instead; null where that is not what it says. */
function shadowOf({
  severity,
  pointer,
  related = '',
}: FieldProblem): readonly [number | null, number] {
  const [, shadowed] = MATCH.exec(pointer) ?? []
  const [, by] = MATCH.exec(related) ?? []
  const isShadow = severity === 'warning' && shadowed !== undefined && by !== undefined
  return isShadow ? [Number(shadowed), Number(by)] : [null, -1]
}

/** `match` in its short form is host and path in one word. */
function fieldOf(
  [key = '', part = '']: readonly string[],
  detail: string,
): keyof RouteFields | null {
  if (key === 'match') {
    if (part === 'hosts' || part === 'methods' || part === 'path') return part
    return part !== '' ? null : /^(?:host|ホスト)/.test(detail) ? 'hosts' : 'path'
  }
  if (key === 'auth' && (part === 'issuer' || part === 'audience' || part === 'scope')) return part
  return FIELDS.has(key) ? (key as keyof RouteFields) : null
}
